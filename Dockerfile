# One image for all roles. The command selects the role:
#   docker build -t gatehouse .
#   docker run gatehouse node dist/src/main.api.js
# With your own npm registry: --secret id=npmrc,src=$HOME/.npmrc. The secret is not stored in the image.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Skips install scripts, which only set up development tools (embedded PostgreSQL, build tools).
RUN --mount=type=secret,id=npmrc NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci --ignore-scripts
COPY .swcrc nest-cli.json tsconfig.json tsconfig.build.json ./
COPY config config
COPY libs libs
COPY src src
# Without the script before it, which installs packages.
RUN npm run build --ignore-scripts

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Removes Node (the image has it), TypeScript (only a Nest CLI plugin needs it), Swagger UI (a dependency of @nestjs/swagger,
# which only loads it to serve its own page) and files that aren't used at run time:
# types, source maps, documentation, tests and browser bundles. Keeps licenses.
RUN --mount=type=secret,id=npmrc NPM_CONFIG_USERCONFIG=/run/secrets/npmrc npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node-linux-* node_modules/.bin node_modules/typescript \
    node_modules/swagger-ui-dist node_modules/@scarf \
  && find node_modules -type f \
    \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.flow' -o -iname '*.md' \) \
    ! -iname 'licen[cs]e*' -delete \
  && find node_modules -type d \
    \( -name test -o -name bundle -o -name bundles -o -name 'benchmark*' -o -name 'example*' -o -name .github \) \
    -prune -exec rm -rf {} +

FROM ${NODE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Gatehouse" \
  org.opencontainers.image.description="Accounts, sign-in and notifications" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}"
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# A numeric ID, so that Kubernetes can verify that it isn't root.
USER 1000:1000
EXPOSE 3000 3001 50051
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MANAGEMENT_PORT || 3001}/health/ready`).then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
# Node runs as PID 1 and handles SIGTERM itself, without a shell or npm in between.
CMD ["node", "dist/src/main.js"]
