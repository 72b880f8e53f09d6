/**
 * The allowed direction of imports (`npm run check`): main → processes → the features of services → libs. Each rule's
 * comment says whom it protects.
 */
const TEST = '\\.spec\\.ts$';
/** Every folder of src is a service, but for what composes them and what operates them. */
const SERVICE = '^src/(?!processes/|operations/)([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'config-stands-alone',
      comment: 'Protects anyone who reads a setting: it means the same everywhere.',
      severity: 'error',
      from: { path: '^config/', pathNot: TEST },
      to: { path: '^(src|libs|test)/' },
    },
    {
      name: 'libs-know-no-application',
      comment:
        'Protects the next application built on the libraries: whatever they need from an application is passed ' +
        'in through module options.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TEST },
      to: { path: '^(src|config|test)/' },
    },
    {
      name: 'libraries-meet-at-their-index',
      comment: "Protects the author of a library, who can change anything that index.ts doesn't export.",
      severity: 'error',
      from: { path: '^(libs/[^/]+|src|config|tools)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'services-never-import-each-other',
      comment:
        'Protects anyone who moves a service to separate processes and a separate database: services only share libs/contracts.',
      severity: 'error',
      from: { path: SERVICE },
      to: { path: SERVICE, pathNot: '^src/$1/' },
    },
    {
      name: 'features-meet-at-their-index',
      comment:
        "Protects the author of a feature, who can change anything that index.ts doesn't export. Controllers can also " +
        "import http.ts. It isn't part of index.ts, so that services don't load HTTP code.",
      severity: 'error',
      from: { path: '^src/[^/]+/([^/]+)/' },
      to: {
        path: '^src/[^/]+/[^/]+/',
        pathNot: ['^src/[^/]+/$1/', '^src/[^/]+/[^/]+/(index|http)\\.ts$', '^src/[^/]+/migrations/'],
      },
    },
    {
      name: 'users-do-not-import-auth',
      comment: 'Protects readers of users: you can understand users without knowing how they sign in.',
      severity: 'error',
      from: { path: '^src/accounts/users/' },
      to: { path: '^src/accounts/auth/' },
    },
    {
      name: 'sign-in-knows-no-way-to-sign-in',
      comment:
        'Protects the seam: each way to sign in passes it a proof. If it imported them, every new way would change it.',
      severity: 'error',
      from: { path: '^src/accounts/auth/(sign-in|ownership)/' },
      to: {
        path: '^src/accounts/auth/',
        pathNot: '^src/accounts/auth/(sign-in|sign-in-notices|ownership|sessions|tokens)/',
      },
    },
    {
      name: 'ways-to-sign-in-are-apart',
      comment: 'Protects anyone who adds or removes a way to sign in: none depends on another.',
      severity: 'error',
      from: { path: '^src/accounts/auth/(passwords|one-time-codes|oauth|passkeys|second-factors)/' },
      to: {
        path: '^src/accounts/auth/(passwords|one-time-codes|oauth|passkeys|second-factors)/',
        pathNot: '^src/accounts/auth/$1/',
      },
    },
    {
      name: 'services-know-no-transport',
      comment:
        'Protects jobs and gRPC, which share services with HTTP: services take and return domain values, so ' +
        'nothing they import, directly or indirectly, may be HTTP-specific.',
      severity: 'error',
      from: { path: '^src/.+\\.(service|repository|entity|processor|purge|handler)\\.ts$' },
      to: { path: '^libs/(api|http|limits)/', reachable: true },
    },
    {
      name: 'features-do-not-import-processes',
      comment:
        'Protects newcomers who read top-down: composition roots import features, never the other way round.',
      severity: 'error',
      from: { path: '^src/(?!processes/)[^/]+/' },
      to: { path: '^src/(processes/|[^/]+\\.ts$)' },
    },
    {
      name: 'workers-load-no-http-api',
      comment:
        'Protects the worker and notifications processes: they cannot serve routes by mistake, and save memory for ' +
        'jobs. (Fastify itself is loaded for the management port.)',
      severity: 'error',
      from: { path: '^src/main\\.(worker|notifications)\\.ts$' },
      to: {
        path: [
          '^src/.+(?<!\\.grpc)\\.(controller|page)\\.ts$',
          '^libs/(api|limits)/',
          '^node_modules/@nestjs/(swagger|platform-fastify|throttler)/',
        ],
        reachable: true,
      },
    },
    {
      name: 'the-api-loads-no-queues',
      comment:
        'Protects the API, which starts background work through the outbox, so that it keeps working while Redis is down.',
      severity: 'error',
      from: { path: '^src/main\\.api\\.ts$' },
      to: { path: ['^libs/bull/', '^node_modules/(bull|@nestjs/bull|@bull-board/[^/]+)/'], reachable: true },
    },
    {
      name: 'the-application-embeds-nothing',
      comment:
        'Protects the production image, which contains neither tools nor embedded servers. Only `npm start` and tests need them.',
      severity: 'error',
      from: { path: '^(src|config|libs)/', pathNot: TEST },
      to: { path: '^tools/' },
    },
    {
      name: 'the-sdk-stands-alone',
      comment:
        'Protects whoever installs it: it brings no other package along, and runs in browsers, Node, Deno, Bun and ' +
        'React Native.',
      severity: 'error',
      from: { path: '^sdk/' },
      to: { pathNot: '^sdk/' },
    },
    {
      name: 'production-needs-no-development-package',
      comment: 'Protects the production image, where `npm ci --omit=dev` installs no development packages.',
      severity: 'error',
      from: { path: '^(src|config|libs)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'packages-are-declared',
      comment:
        'Protects every installation: a package that is only installed because another one needs it may disappear or ' +
        'change its version with the next update.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-resolve',
      comment: 'Protects startup: otherwise, a missing file would only be noticed when it is imported.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment:
        'Protects anyone who changes one of the files: no file in a cycle can be understood or tested without all the ' +
        'others, and during startup some of them see `undefined`.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Protects readers from dead code: files that import nothing and that nothing imports.',
      severity: 'error',
      from: { orphan: true, pathNot: [TEST, '^test/.+\\.mjs$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/sdk|coverage|\\.data)/|^sdk/[^/]+/dist/' },
    // Includes type imports: they also make files depend on each other for readers.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      // Resolves `#libs/*` to the sources, using the condition "source". See "imports" in package.json.
      conditionNames: ['source', 'import', 'default'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
