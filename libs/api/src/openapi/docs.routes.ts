import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { linkTo } from '#libs/http';
import { API_VERSIONS, type ApiVersion, LATEST_VERSION } from './documents.js';
import { ASSETS, initScriptFor, PAGE_POLICY, pageFor } from './docs.page.js';
import { FixedContent } from './fixed-content.js';
import { toYaml } from './yaml.js';

/** Serves `/docs/v1`, `/openapi/v1.json`, `/openapi/v1.yaml` and so on. `/docs` redirects to the latest version. */
export function serveDocuments(
  app: NestFastifyApplication,
  documents: Record<ApiVersion, OpenAPIObject>,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const version of API_VERSIONS) {
    serve(fastify, documentsOf(version, documents[version]));
    serve(fastify, pagesOf(version), { 'Content-Security-Policy': PAGE_POLICY });
  }
  fastify.get('/docs', ({ server }, reply) =>
    reply.redirect(linkTo(server, `/docs/v${LATEST_VERSION}`), 302),
  );
}

function documentsOf(version: ApiVersion, document: OpenAPIObject): Record<string, FixedContent> {
  return {
    [`/openapi/v${version}.json`]: new FixedContent('application/json; charset=utf-8', () =>
      JSON.stringify(document),
    ),
    [`/openapi/v${version}.yaml`]: new FixedContent('application/yaml', () => toYaml(document)),
  };
}

function pagesOf(version: ApiVersion): Record<string, FixedContent> {
  const root = `/docs/v${version}`;
  const page = (hasTrailingSlash: boolean): FixedContent =>
    new FixedContent('text/html; charset=utf-8', () => pageFor(version, { hasTrailingSlash }));
  return {
    [root]: page(false),
    [`${root}/`]: page(true),
    [`${root}/index.html`]: page(true),
    [`${root}/swagger-ui-init.js`]: new FixedContent('text/javascript; charset=utf-8', () =>
      initScriptFor(version),
    ),
    ...Object.fromEntries([...ASSETS].map(([name, content]) => [`${root}/${name}`, content])),
  };
}

function serve(
  fastify: FastifyInstance,
  contents: Readonly<Record<string, FixedContent>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const [url, content] of Object.entries(contents)) {
    fastify.get(url, (request, reply) => content.send(request, reply.headers(headers)));
  }
}
