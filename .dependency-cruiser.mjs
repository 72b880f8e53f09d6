/**
 * Which way imports may point (`npm run check`): main.* → *.module → features → libs. The comment of a rule says whom
 * it protects.
 */
const TEST = '\\.spec\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'config-stands-alone',
      comment:
        'Protects whoever reads a setting: the environment means the same to everybody, so config knows nobody. ' +
        'What is ours comes to it as an argument.',
      severity: 'error',
      from: { path: '^config/', pathNot: TEST },
      to: { path: '^(src|libs|migrations|test)/' },
    },
    {
      name: 'libs-know-no-application',
      comment:
        'Protects the next application that is built on the libraries: what they need to know of one arrives ' +
        'through `forRoot`, never by an import.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TEST },
      to: { path: '^(src|config|migrations|test)/' },
    },
    {
      name: 'libraries-have-one-door',
      comment: 'Protects the author of a library, who may change whatever its index.ts does not export.',
      severity: 'error',
      from: { pathNot: '^libs/([^/]+)/|^test/' },
      to: { path: '^libs/[^/]+/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'libraries-meet-at-their-doors',
      comment: 'Protects the author of a library, who may change whatever its index.ts does not export.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'features-meet-at-their-doors',
      comment: 'Protects the author of a feature, who may change whatever its index.ts does not export.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'composition-roots-use-the-doors',
      comment:
        'Protects the author of a feature, whose inside nobody wires. Besides index.ts there is one module for each ' +
        'transport, so that a process loads only those it runs.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: TEST },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/(index|[a-z-]+\\.(http|jobs)\\.module)\\.ts$' },
    },
    {
      name: 'features-do-not-import-features',
      comment:
        'Protects whoever moves a feature into a service of its own: features tell each other things by messages ' +
        '(libs/contracts). The one arrow between features that own data is auth → users.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/auth/' },
      to: { path: '^src/[^/]+/', pathNot: '^src/$1/' },
    },
    {
      name: 'auth-imports-users-only',
      comment:
        'Protects whoever moves a feature into a service of its own: auth and users share the schema "accounts", ' +
        'and nobody else does.',
      severity: 'error',
      from: { path: '^src/auth/' },
      to: { path: '^src/[^/]+/', pathNot: '^src/(auth|users)/' },
    },
    {
      name: 'nobody-imports-notifications',
      comment:
        'Protects the notifications service, which has to be able to run elsewhere with a database of its own: it ' +
        'hears events and commands, and only the roots that compose a process know it.',
      severity: 'error',
      from: {
        path: '^(src|libs|config)/',
        pathNot: '^src/(notifications/|notifications-service\\.module\\.ts$|entities\\.ts$)',
      },
      to: { path: '^src/notifications/' },
    },
    {
      name: 'features-do-not-import-roots',
      comment: 'Protects a newcomer who reads top-down: what composes stands above what is composed.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: TEST },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'workers-load-no-controller',
      comment:
        'Protects the worker and notifications processes: what answers HTTP is not even loaded there, so that no ' +
        'route can be bound by mistake and memory is spent on jobs.',
      severity: 'error',
      from: { path: '^src/(worker|notifications-service)\\.module\\.ts$' },
      to: { path: '^src/.+\\.(controller|page)\\.ts$', reachable: true },
    },
    {
      name: 'the-application-embeds-nothing',
      comment:
        'Protects the production image, which contains no tools and no embedded servers: `npm start` and tests need them.',
      severity: 'error',
      from: { path: '^(src|config|libs|migrations)/', pathNot: TEST },
      to: { path: '^tools/' },
    },
    {
      name: 'production-needs-no-development-package',
      comment: 'Protects the production image, into which `npm ci --omit=dev` brings no development package.',
      severity: 'error',
      from: { path: '^(src|config|libs|migrations)/', pathNot: TEST },
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
