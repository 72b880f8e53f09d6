/**
 * Which way imports may point (`npm run check`): main → processes → the features of services → libs. The comment of a
 * rule says whom it protects.
 */
const TEST = '\\.spec\\.ts$';
/** Every folder of src is a service, but for what composes them and what operates them. */
const SERVICE = '^src/(?!processes/|operations/)([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'config-stands-alone',
      comment: 'Protects whoever reads a setting: the environment means the same to everyone.',
      severity: 'error',
      from: { path: '^config/', pathNot: TEST },
      to: { path: '^(src|libs|test)/' },
    },
    {
      name: 'libs-know-no-application',
      comment:
        'Protects the next application that is built on the libraries: what they need to know about one arrives ' +
        'through module options.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TEST },
      to: { path: '^(src|config|test)/' },
    },
    {
      name: 'libraries-meet-at-their-index',
      comment: 'Protects the author of a library, who may change whatever its index.ts does not export.',
      severity: 'error',
      from: { path: '^(libs/[^/]+|src|config|tools)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'services-never-import-each-other',
      comment:
        'Protects whoever moves a service to processes and a database of its own: services meet in libs/contracts.',
      severity: 'error',
      from: { path: SERVICE },
      to: { path: SERVICE, pathNot: '^src/$1/' },
    },
    {
      name: 'features-meet-at-their-index',
      comment:
        'Protects the author of a feature, who may change whatever its index.ts does not export. Controllers also ' +
        'use http.ts, which index.ts leaves out so that services load nothing of HTTP.',
      severity: 'error',
      from: { path: '^src/[^/]+/([^/]+)/' },
      to: {
        path: '^src/[^/]+/[^/]+/',
        pathNot: ['^src/[^/]+/$1/', '^src/[^/]+/[^/]+/(index|http)\\.ts$', '^src/[^/]+/migrations/'],
      },
    },
    {
      name: 'users-do-not-import-auth',
      comment:
        'Protects the reader of users: accounts can be understood without the ways to sign in to them.',
      severity: 'error',
      from: { path: '^src/accounts/users/' },
      to: { path: '^src/accounts/auth/' },
    },
    {
      name: 'sign-in-knows-no-way-to-sign-in',
      comment:
        'Protects the seam: each way to sign in hands it a proof. If it knew them, every new way would change it.',
      severity: 'error',
      from: { path: '^src/accounts/auth/sign-in/' },
      to: { path: '^src/accounts/auth/', pathNot: '^src/accounts/auth/(sign-in|sessions|tokens)/' },
    },
    {
      name: 'ways-to-sign-in-are-apart',
      comment: 'Protects whoever adds or removes a way to sign in: none needs another.',
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
        'Protects jobs and gRPC, which share services with HTTP: a service takes and returns domain values, so ' +
        'nothing that it imports, however indirectly, speaks HTTP.',
      severity: 'error',
      from: { path: '^src/.+\\.(service|repository|entity|processor|purge|handler)\\.ts$' },
      to: { path: '^libs/(api|http|limits)/', reachable: true },
    },
    {
      name: 'features-do-not-import-processes',
      comment: 'Protects a newcomer who reads top-down: what composes stands above what is composed.',
      severity: 'error',
      from: { path: '^src/(?!processes/)[^/]+/' },
      to: { path: '^src/(processes/|[^/]+\\.ts$)' },
    },
    {
      name: 'workers-load-no-http-api',
      comment:
        'Protects the worker and notifications processes: no route can be bound by mistake, and memory is spent on ' +
        'jobs. (Fastify itself is loaded, for the management port.)',
      severity: 'error',
      from: { path: '^src/main\\.(worker|notifications)\\.ts$' },
      to: {
        path: [
          '^src/.+\\.(controller|page)\\.ts$',
          '^libs/(api|limits)/',
          '^node_modules/@nestjs/(swagger|platform-fastify|throttler)/',
        ],
        reachable: true,
      },
    },
    {
      name: 'the-api-loads-no-queues',
      comment:
        'Protects the API, which starts work through the outbox: a Redis that is down must not matter to it.',
      severity: 'error',
      from: { path: '^src/main\\.api\\.ts$' },
      to: { path: ['^libs/bull/', '^node_modules/(bull|@nestjs/bull|@bull-board/[^/]+)/'], reachable: true },
    },
    {
      name: 'the-application-embeds-nothing',
      comment:
        'Protects the production image, which contains no tools and no embedded servers: `npm start` and tests need them.',
      severity: 'error',
      from: { path: '^(src|config|libs)/', pathNot: TEST },
      to: { path: '^tools/' },
    },
    {
      name: 'production-needs-no-development-package',
      comment: 'Protects the production image, into which `npm ci --omit=dev` brings no development package.',
      severity: 'error',
      from: { path: '^(src|config|libs)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'packages-are-declared',
      comment:
        'Protects every installation: a package that is only there because another one needs it may be gone, or ' +
        'another version, after the next update.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-resolve',
      comment: 'Protects the start: a file that is not there would be missed only when it is needed.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      comment:
        'Protects whoever changes one of the files: in a cycle no file can be understood or tested without all the ' +
        'others, and at the start some of them see `undefined`.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Protects the reader from files that nothing uses and that use nothing.',
      severity: 'error',
      from: { orphan: true, pathNot: [TEST, '^test/.+\\.mjs$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|sdk|coverage|\\.data)/' },
    // Types count as well: what only a type ties together is tied together for its readers.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      // `#libs/*` leads to the sources under "source", see "imports" in package.json.
      conditionNames: ['source', 'import', 'default'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
