import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { COMPLETE, keysIn, namesIn, newKey, newPem, parse, problemsOf } from '../test/support/environment.js';
import type { Role } from './app-config.js';
import { createAuthority } from '../test/support/certificates.js';
import { useTemporaryFolder } from '../test/support/temporary-folder.js';

describe('parseEnvironment', () => {
  it('has a default for everything except servers and keys', () => {
    expect(parse()).toMatchObject({
      role: 'all',
      production: false,
      host: '127.0.0.1',
      port: 3000,
      management: { port: 3001, token: null, hosts: [] },
      publicUrl: 'http://localhost:3000',
      appUrl: 'http://localhost:3000',
      database: { poolSize: 10, migrateOnStart: true },
      mail: { from: 'no-reply@localhost' },
      admin: null,
      registration: 'immediate',
      mfaRequiredRoles: [],
      webAuthn: { rpId: 'localhost', origins: ['http://localhost:3000'] },
      webhookAllowedNetworks: [],
      trustedProxies: [],
      automaticBans: 'on',
      corsOrigins: [],
      rateLimits: {
        default: { limit: 600, windowSeconds: 60 },
        auth: { limit: 20, windowSeconds: 60 },
        address: null,
        'api-key': null,
        roles: {},
      },
      drainSeconds: 5,
      logLevel: 'info',
    });
  });

  it('derives the URLs and the mail sender from other variables', () => {
    expect(parse({ PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
    expect(parse({ PUBLIC_URL: 'https://accounts.acme.com/api/' })).toMatchObject({
      publicUrl: 'https://accounts.acme.com/api',
      appUrl: 'https://accounts.acme.com/api',
      mail: { from: 'no-reply@accounts.acme.com' },
    });
  });

  it('treats an empty variable as unset, as in a copied example file', () => {
    expect(parse({ PORT: '', LOG_LEVEL: ' ' })).toMatchObject({ port: 3000, logLevel: 'info' });
  });

  it('reports every invalid variable in one error', () => {
    const bad = {
      PORT: '70000',
      MANAGEMENT_PORT: '-1',
      NODE_ENV: 'prod',
      HOST: '10.0.0',
      PUBLIC_URL: 'ftp://acme.com',
      APP_URL: 'https://acme.com/?a=1',
      DATABASE_URL: 'mysql://127.0.0.1/gatehouse',
      DATABASE_POOL_SIZE: '1',
      MIGRATE_ON_START: 'yes',
      REDIS_URL: 'not a url',
      SMTP_URL: 'http://127.0.0.1',
      MAIL_FROM: 'nobody',
      JWT_PRIVATE_KEYS: 'nothing of the kind',
      ENCRYPTION_KEYS: 'k1:c2hvcnQ=',
      BLIND_INDEX_KEYS: `${newKey()},${newKey()}`,
      ADMIN_EMAIL: 'admin',
      ADMIN_PASSWORD: 'short',
      REGISTRATION: 'later',
      MFA_REQUIRED_ROLES: 'admin, The boss',
      TOKEN_CLAIMS: 'plan, sub',
      TRUSTED_PROXIES: '10.0.0.0/8,10.0.0.0/33',
      CORS_ORIGINS: 'https://app.acme.com/',
      WEBAUTHN_RP_ID: 'https://acme.com',
      WEBAUTHN_ORIGINS: 'app.acme.com',
      RATE_LIMIT_DEFAULT: '600',
      RATE_LIMIT_AUTH: '0/60',
      PASSWORD_HASH_CONCURRENCY: '0',
      PASSWORD_HASH_QUEUE: 'many',
      DRAIN_SECONDS: '1.5',
      LOG_LEVEL: 'loud',
    };
    expect(namesIn(problemsOf(bad)).toSorted()).toEqual(Object.keys(bad).toSorted());
    expect(() => parse(bad)).toThrow(
      /Some environment variables are missing or invalid:\n {2}- NODE_ENV must be one of production, development, test\n {2}- PORT must be/,
    );
  });

  it('requires two different ports when there are two servers', () => {
    const ports = { PORT: '3000', MANAGEMENT_PORT: '3000' };
    expect(namesIn(problemsOf(ports))).toEqual(['MANAGEMENT_PORT']);
    expect(parse(ports, 'worker').management.port).toBe(3000);
  });

  it('parses who may access the management pages', () => {
    const { management } = parse({ MANAGEMENT_TOKEN: 'sesame', MANAGEMENT_HOSTS: 'Jobs.acme.com, ops' });
    expect(management).toEqual({ port: 3001, token: 'sesame', hosts: ['jobs.acme.com', 'ops'] });
    const bad = { MANAGEMENT_TOKEN: 'open sesame', MANAGEMENT_HOSTS: 'https://jobs.acme.com' };
    expect(namesIn(problemsOf(bad)).toSorted()).toEqual(Object.keys(bad).toSorted());
  });

  it("never includes a secret's value in an error", () => {
    const secret = 'hunter2-and-more';
    const names = [
      'JWT_PRIVATE_KEYS',
      'ENCRYPTION_KEYS',
      'BLIND_INDEX_KEYS',
      'DATABASE_URL',
      'ADMIN_PASSWORD',
    ];
    const problems = problemsOf(Object.fromEntries(names.map((name) => [name, secret])));
    expect(problems).toHaveLength(names.length);
    expect(problems.join()).not.toContain(secret);
  });
});

describe('required variables', () => {
  const missing = (role: Role): string[] =>
    namesIn(
      problemsOf(Object.fromEntries(Object.keys(COMPLETE).map((name) => [name, undefined])), role),
    ).toSorted();
  const everywhere = ['BLIND_INDEX_KEYS', 'DATABASE_URL', 'ENCRYPTION_KEYS', 'REDIS_URL'];

  it.each<[Role, string[]]>([
    ['all', [...everywhere, 'JWT_PRIVATE_KEYS', 'SMTP_URL']],
    ['api', [...everywhere, 'JWT_PRIVATE_KEYS']],
    ['worker', everywhere],
    ['notifications', [...everywhere, 'SMTP_URL']],
  ])('for the role %s', (role, names) => {
    expect(missing(role)).toEqual(names.toSorted());
  });
});

it('needs no database of accounts in a notifications process that asks accounts over gRPC, and has its own', () => {
  const own = 'postgres://gatehouse:secret@db.acme.com/notifications';
  const given = { DATABASE_URL: undefined, NOTIFICATIONS_DATABASE_URL: own };
  const apart = { ...given, ACCOUNTS_GRPC_URL: 'accounts:50051' };
  expect(parse(apart, 'notifications').database).toMatchObject({ url: own, notificationsUrl: own });
  expect(namesIn(problemsOf(given, 'notifications'))).toEqual(['DATABASE_URL']);
  expect(namesIn(problemsOf(apart, 'api'))).toContain('DATABASE_URL');
});

describe('gRPC', () => {
  const folder = useTemporaryFolder();

  it('requires a port of its own only if one was chosen, and all files of its TLS or none', () => {
    expect(namesIn(problemsOf({ GRPC_PORT: '3001' }))).toEqual(['GRPC_PORT']);
    expect(parse({ PORT: '50051' }).grpc).toEqual({
      port: 50_051,
      tls: null,
      accounts: null,
      notifications: null,
    });
    const [cert, key, ca] = ['cert', 'key', 'ca'].map((name) => folder.write(name, 'PEM'));
    const files = { GRPC_TLS_CERT: cert ?? '', GRPC_TLS_KEY: key ?? '', GRPC_TLS_CA: ca ?? '' };
    expect(parse(files).grpc.tls).toEqual({ cert, key, ca });
    expect(problemsOf({ ...files, GRPC_TLS_CA: '' })).toEqual([
      'GRPC_TLS_CERT needs GRPC_TLS_KEY and GRPC_TLS_CA, and each of them the others',
    ]);
    expect(problemsOf({ ...files, GRPC_TLS_KEY: `${key}.missing` })).toEqual([
      "GRPC_TLS_KEY names a file that can't be read (ENOENT)",
    ]);
    expect(parse({ GRPC_TLS_CERT: '/missing' }, 'worker').grpc.tls).toBeNull();
  });

  it('needs a certificate and its key for TLS on the public port, and changes the default URL', () => {
    const authority = createAuthority();
    const [one, other] = [authority.issue('DNS:a.example'), authority.issue('DNS:a.example')];
    authority.remove();
    const files = { TLS_CERT: folder.write('tls.crt', one.cert), TLS_KEY: folder.write('tls.key', one.key) };
    expect(parse({})).toMatchObject({ tls: null, publicUrl: 'http://localhost:3000' });
    expect(parse(files)).toMatchObject({
      tls: { cert: files.TLS_CERT, key: files.TLS_KEY },
      publicUrl: 'https://localhost:3000',
    });
    expect(problemsOf({ TLS_CERT: files.TLS_CERT })).toEqual([
      'TLS_CERT needs TLS_KEY, and TLS_KEY needs TLS_CERT',
    ]);
    expect(problemsOf({ ...files, TLS_KEY: folder.write('other.key', other.key) })).toEqual([
      expect.stringMatching(/^TLS_CERT and TLS_KEY can't be used \(.*key values mismatch\)$/),
    ]);
    expect(parse({ TLS_CERT: '/missing' }, 'worker').tls).toBeNull();
  });

  it.each([
    ['accounts:50051', 'dns:///accounts:50051'],
    ['grpc://accounts.internal:50051', 'dns:///accounts.internal:50051'],
    ['dns:///accounts:50051', 'dns:///accounts:50051'],
    ['10.0.0.1:50051', 'ipv4:10.0.0.1:50051'],
    ['10.0.0.1:50051, 10.0.0.2:50052', 'ipv4:10.0.0.1:50051,10.0.0.2:50052'],
    ['[::1]:50051', 'ipv6:[::1]:50051'],
  ])('understands the address %s of another service', (text, target) => {
    expect(parse({ ACCOUNTS_GRPC_URL: text }, 'notifications').grpc.accounts).toBe(target);
    expect(parse({ NOTIFICATIONS_GRPC_URL: text }, 'api').grpc.notifications).toBe(target);
  });

  it.each(['accounts', 'accounts:', 'accounts:99999', 'http://accounts:50051', 'a:1,b:2', ':50051', 'a b:1'])(
    'refuses the address %s',
    (text) => {
      expect(() => parse({ ACCOUNTS_GRPC_URL: text }, 'notifications')).toThrow(
        /ACCOUNTS_GRPC_URL must be .*host and/,
      );
    },
  );

  it('has the answers itself where the services run together, and where nobody asks', () => {
    const urls = { ACCOUNTS_GRPC_URL: 'accounts:50051', NOTIFICATIONS_GRPC_URL: 'notifications:50051' };
    for (const role of ['all', 'worker'] as const) {
      expect(parse(urls, role).grpc).toMatchObject({ accounts: null, notifications: null });
    }
    expect(parse(urls, 'api').grpc.accounts).toBeNull();
    expect(parse(urls, 'notifications').grpc.notifications).toBeNull();
  });
});

describe('a secret in a file', () => {
  const folder = useTemporaryFolder();
  const file = (name: string, content: string): string => folder.write(name, content);

  it('is read from the path in NAME_FILE, without the trailing newline', () => {
    const url = 'redis://:mounted@10.0.0.7:6379/0';
    expect(parse({ REDIS_URL: undefined, REDIS_URL_FILE: file('redis', `${url}\n`) }).redis).toBe(url);
  });

  it('is rejected when the variable itself is also set', () => {
    expect(problemsOf({ REDIS_URL_FILE: file('both', 'redis://10.0.0.7') })).toEqual([
      'REDIS_URL and REDIS_URL_FILE are both set; remove one',
    ]);
  });

  it('is reported under its variable when the file is missing or empty', () => {
    expect(problemsOf({ REDIS_URL: undefined, REDIS_URL_FILE: join(folder.path, 'absent') })).toEqual([
      "REDIS_URL can't be read from its file: ENOENT",
    ]);
    expect(problemsOf({ REDIS_URL: undefined, REDIS_URL_FILE: file('empty', '\n') })).toEqual([
      'REDIS_URL is missing',
    ]);
  });
});

describe('keys', () => {
  it('accepts several of each kind and keeps their order', () => {
    const pems = [newPem(), newPem()];
    const config = parse({
      JWT_PRIVATE_KEYS: pems.join('').replaceAll('\n', '\\n'),
      ENCRYPTION_KEYS: `${newKey('new')}, ${newKey('old')}`,
    });
    expect(config.keys.jwtPrivateKeys).toEqual(pems.map((pem) => pem.trim()));
    expect(config.keys.encryption.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(keysIn(config.keys.encryption).map(({ bytes }) => bytes.length)).toEqual([32, 32]);
  });

  it('accepts keys that a service has wrapped, if there is one', () => {
    const given = {
      ENCRYPTION_KEYS: `new:vault:v1:${'A'.repeat(80)}==, ${newKey('old')}`,
      KEY_SERVICE_URL: 'https://vault.acme.test:8200/',
      // Any file that can be read.
      KEY_SERVICE_TOKEN_PATH: 'package.json',
    };
    const { keys, keyService } = parse(given);
    expect(keys.encryption[0]).toEqual({ id: 'new', wrapped: `vault:v1:${'A'.repeat(80)}==` });
    expect(keyService).toEqual({
      url: 'https://vault.acme.test:8200',
      key: 'gatehouse',
      tokenFile: 'package.json',
      caFile: null,
    });
    const { KEY_SERVICE_URL: _, KEY_SERVICE_TOKEN_PATH: __, ...alone } = given;
    expect(problemsOf(alone)).toEqual([
      'ENCRYPTION_KEYS has a key that is wrapped, which needs KEY_SERVICE_URL',
    ]);
    expect(namesIn(problemsOf({ ...given, KEY_SERVICE_TOKEN_PATH: '' }))).toContain('KEY_SERVICE_URL');
    expect(namesIn(problemsOf({ ...given, KEY_SERVICE_KEY: '../x' }))).toEqual(['KEY_SERVICE_KEY']);
  });

  it('rejects the same signing key twice, however it is wrapped, and an ID that two keys share', () => {
    const pem = newPem();
    const wrapped = pem.replaceAll('\n', '\r\n');
    expect(problemsOf({ JWT_PRIVATE_KEYS: `${pem}${newPem()}${wrapped}` })).toEqual([
      'JWT_PRIVATE_KEYS contains the same key twice',
    ]);
    for (const name of ['ENCRYPTION_KEYS', 'BLIND_INDEX_KEYS']) {
      expect(problemsOf({ [name]: `${newKey('a')},${newKey('b')},${newKey('a')}` })).toEqual([
        `${name} must contain at least one key, each with its own ID`,
      ]);
    }
  });

  it('rejects curves that ES256 does not support', () => {
    expect(problemsOf({ JWT_PRIVATE_KEYS: newPem('P-384') })).toEqual([
      expect.stringMatching(/^JWT_PRIVATE_KEYS must be P-256 private keys/),
    ]);
  });
});

describe('the first admin', () => {
  it.each([
    [
      { ADMIN_EMAIL: 'root@acme.com' },
      'ADMIN_PASSWORD is missing: set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither',
    ],
    [
      { ADMIN_PASSWORD: 'seven brave otters' },
      'ADMIN_EMAIL is missing: set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither',
    ],
    [
      { ADMIN_EMAIL: 'root@acme.com', ADMIN_PASSWORD: 'short' },
      'ADMIN_PASSWORD must be 8 to 256 characters long',
    ],
  ])('requires both an email and a password: %j', (overrides, problem) => {
    expect(problemsOf(overrides)).toEqual([problem]);
  });
});

describe('limits, proxies and origins', () => {
  it('parses rate limits and "off"', () => {
    const text = {
      RATE_LIMIT_DEFAULT: 'off',
      RATE_LIMIT_AUTH: '5/1',
      RATE_LIMIT_ADDRESS: '3000/60',
      RATE_LIMIT_API_KEY: '60/1',
      RATE_LIMIT_ROLES: 'partner=6000/60, service=off',
    };
    expect(parse(text).rateLimits).toEqual({
      default: null,
      auth: { limit: 5, windowSeconds: 1 },
      address: { limit: 3000, windowSeconds: 60 },
      'api-key': { limit: 60, windowSeconds: 1 },
      roles: { partner: { limit: 6000, windowSeconds: 60 }, service: null },
    });
  });

  it.each(['partner', 'partner=', 'partner=10', '=10/60', 'Partner=10/60', 'a=1/1=2', 'a=1/1, a=2/1'])(
    'rejects the limits of roles "%s"',
    (text) => {
      expect(problemsOf({ RATE_LIMIT_ROLES: text })).toHaveLength(1);
    },
  );

  it.each(['', '10', '10/', '/10', '0/60', '10/0', '10/60/1', '1e3/60', 'OFF'].filter(Boolean))(
    'rejects the limit "%s"',
    (text) => {
      expect(problemsOf({ RATE_LIMIT_AUTH: text })).toHaveLength(1);
    },
  );

  it('accepts IPv4 and IPv6 ranges and single addresses', () => {
    const cidrs = ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1'];
    expect(parse({ TRUSTED_PROXIES: cidrs.join(', ') }).trustedProxies).toEqual(cidrs);
  });

  it('reads an IPv4-mapped range as the IPv4 range', () => {
    const cidrs = '::ffff:10.0.0.0/104, ::ffff:c000:0207, ::FFFF:192.0.2.8/128';
    expect(parse({ TRUSTED_PROXIES: cidrs }).trustedProxies).toEqual([
      '10.0.0.0/8',
      '192.0.2.7/32',
      '192.0.2.8/32',
    ]);
  });

  it.each(['10.0.0/8', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/x', 'all'])(
    'rejects the CIDR "%s"',
    (cidr) => {
      expect(problemsOf({ TRUSTED_PROXIES: cidr })).toEqual([
        expect.stringMatching(`^TRUSTED_PROXIES .*"${cidr}" isn't one`),
      ]);
    },
  );

  it.each(['0.0.0.0/0', '::/0', '0.0.0.0/00', '::ffff:0:0/96'])(
    'refuses to trust everyone with "%s"',
    (cidr) => {
      expect(problemsOf({ TRUSTED_PROXIES: `10.0.0.0/8,${cidr}` })).toEqual([
        `TRUSTED_PROXIES must not contain "${cidr}": it stands for every address`,
      ]);
    },
  );

  it('accepts origins and rejects URLs with a path', () => {
    const origins = ['https://app.acme.com', 'http://localhost:5173'];
    expect(parse({ CORS_ORIGINS: origins.join(',') }).corsOrigins).toEqual(origins);
    expect(problemsOf({ CORS_ORIGINS: 'https://app.acme.com/login' })).toHaveLength(1);
  });

  it('accepts any port of a loopback host, and of no other', () => {
    const origins = ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'];
    expect(parse({ CORS_ORIGINS: origins.join(',') }).corsOrigins).toEqual(origins);
    for (const origin of ['http://acme.com:*', 'https://*.acme.com', 'http://localhost.acme.com:*']) {
      expect([origin, problemsOf({ CORS_ORIGINS: origin }).length]).toEqual([origin, 1]);
    }
  });
});
