import { availableParallelism } from 'node:os';
import {
  isLoopback,
  isWeakKey,
  isWeakSecret,
  type NamedKey,
  parseBaseUrl,
  parseCidrs,
  parseEcPrivateKeys,
  parseEmail,
  parseHost,
  parseInteger,
  parseKeys,
  parseMailFrom,
  parseOneOf,
  parseOrigins,
  parseRateLimit,
  parseUrl,
  type RateLimit,
} from './parsers.js';
import { type Environment, EnvironmentReader } from './reader.js';
import { readTracing, type TracingConfig } from './tracing-config.js';

/** Which part of Gatehouse a process runs. */
export type Role = 'all' | 'api' | 'worker' | 'notifications';

/** The parsed environment. It is the injection token, too. */
export abstract class AppConfig {
  abstract readonly role: Role;
  abstract readonly production: boolean;
  abstract readonly host: string;
  abstract readonly port: number;
  abstract readonly managementPort: number;
  abstract readonly publicUrl: string;
  abstract readonly appUrl: string;
  abstract readonly database: {
    readonly url: string;
    readonly poolSize: number;
    readonly migrateOnStart: boolean;
  };
  abstract readonly redis: { readonly url: string };
  /** `smtpUrl` is empty in roles that send no mail. */
  abstract readonly mail: { readonly smtpUrl: string; readonly from: string };
  /** `jwtPrivateKeys` are PEMs, empty in roles that sign no token. */
  abstract readonly keys: {
    readonly jwtPrivateKeys: readonly string[];
    readonly encryption: readonly NamedKey[];
    readonly blindIndex: readonly NamedKey[];
  };
  abstract readonly admin: { readonly email: string; readonly password: string } | null;
  abstract readonly registration: 'immediate' | 'verify-first';
  abstract readonly trustedProxies: readonly string[];
  abstract readonly corsOrigins: readonly string[];
  abstract readonly rateLimits: { readonly default: RateLimit | null; readonly auth: RateLimit | null };
  abstract readonly passwordHashing: { readonly concurrency: number; readonly queueLength: number };
  abstract readonly drainSeconds: number;
  abstract readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Null when nobody asks for traces. */
  abstract readonly tracing: TracingConfig | null;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MIN_ADMIN_PASSWORD = 12;
const DEFAULT_PORT = 3000;

/** The one place that reads the environment. @throws BadEnvironment with every bad variable named */
export function parseEnvironment(env: Environment, role: Role): AppConfig {
  const read = new EnvironmentReader(env);
  const production =
    read.optional('NODE_ENV', parseOneOf('production', 'development', 'test'), () => 'development') ===
    'production';
  const servesPublic = role === 'all' || role === 'api';
  const sendsMail = role === 'all' || role === 'notifications';

  const port = read.optional('PORT', parseInteger(0, 65535), () => DEFAULT_PORT);
  const publicUrl = read.optional(
    'PUBLIC_URL',
    parseBaseUrl,
    () => `http://localhost:${port ?? DEFAULT_PORT}`,
  );
  const config: AppConfig = {
    role,
    production,
    port,
    host: read.optional('HOST', parseHost, () => '127.0.0.1'),
    managementPort: read.optional('MANAGEMENT_PORT', parseInteger(0, 65535), () => 3001),
    publicUrl,
    appUrl: read.optional('APP_URL', parseBaseUrl, () => publicUrl),
    database: {
      url: readDatabaseUrl(read),
      poolSize: read.optional('DATABASE_POOL_SIZE', parseInteger(2, 1000), () => 10),
      migrateOnStart: read.optional('MIGRATE_ON_START', parseOneOf('true', 'false'), () => 'true') === 'true',
    },
    redis: { url: read.required('REDIS_URL', parseUrl('redis', 'rediss')) },
    mail: {
      smtpUrl: sendsMail ? read.required('SMTP_URL', parseUrl('smtp', 'smtps')) : '',
      from: read.optional('MAIL_FROM', parseMailFrom, () => `no-reply@${hostOf(publicUrl)}`),
    },
    keys: {
      jwtPrivateKeys: servesPublic ? read.required('JWT_PRIVATE_KEYS', parseEcPrivateKeys) : [],
      encryption: read.required('ENCRYPTION_KEYS', parseKeys),
      blindIndex: read.required('BLIND_INDEX_KEYS', parseKeys),
    },
    admin: readAdmin(read),
    registration: read.optional('REGISTRATION', parseOneOf('immediate', 'verify-first'), () => 'immediate'),
    trustedProxies: read.optional('TRUSTED_PROXIES', parseCidrs, () => []),
    corsOrigins: read.optional('CORS_ORIGINS', parseOrigins, () => []),
    rateLimits: {
      default: read.optional('RATE_LIMIT_DEFAULT', parseRateLimit, () => parseRateLimit('600/60')),
      auth: read.optional('RATE_LIMIT_AUTH', parseRateLimit, () => parseRateLimit('20/60')),
    },
    passwordHashing: {
      concurrency: read.optional('PASSWORD_HASH_CONCURRENCY', parseInteger(1, 64), defaultConcurrency),
      queueLength: read.optional('PASSWORD_HASH_QUEUE', parseInteger(1, 100_000), () => 256),
    },
    drainSeconds: read.optional('DRAIN_SECONDS', parseInteger(0, 600), () => 5),
    logLevel: read.optional('LOG_LEVEL', parseOneOf(...LOG_LEVELS), () => 'info'),
    tracing: readTracing(read),
  };
  if (servesPublic && config.port && config.port === config.managementPort) {
    read.complain('MANAGEMENT_PORT', 'must differ from PORT');
  }
  if (production) {
    refuseInProduction(read, config);
  }
  read.finish();
  return config;
}

/** What `npm run migrate` needs. @throws BadEnvironment */
export function parseDatabaseUrl(env: Environment): string {
  const read = new EnvironmentReader(env);
  const url = readDatabaseUrl(read);
  read.finish();
  return url;
}

function readDatabaseUrl(read: EnvironmentReader): string {
  return read.required('DATABASE_URL', parseUrl('postgres', 'postgresql'));
}

function readAdmin(read: EnvironmentReader): AppConfig['admin'] {
  const email = read.optional<string | null>('ADMIN_EMAIL', parseEmail, () => null);
  const password = read.optional<string | null>('ADMIN_PASSWORD', String, () => null);
  if ((email === null) !== (password === null)) {
    read.complain(email === null ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD', 'is missing: both or none');
  }
  if (password && (password.length < 8 || password.length > 256)) {
    read.complain('ADMIN_PASSWORD', 'must have 8 to 256 characters');
  }
  return email && password ? { email, password } : null;
}

/** What is convenient on a laptop and dangerous where people's accounts are. */
function refuseInProduction(read: EnvironmentReader, config: AppConfig): void {
  for (const [name, keys] of [
    ['ENCRYPTION_KEYS', config.keys.encryption],
    ['BLIND_INDEX_KEYS', config.keys.blindIndex],
  ] as const) {
    if (keys?.some(({ bytes }) => isWeakKey(bytes))) {
      read.complain(name, 'holds a key that is not random (make one with: openssl rand -base64 32)');
    }
  }
  if (config.admin && isWeakSecret(config.admin.password, MIN_ADMIN_PASSWORD)) {
    read.complain(
      'ADMIN_PASSWORD',
      `is a placeholder or too weak; use ${MIN_ADMIN_PASSWORD} random characters or more`,
    );
  }
  for (const [name, url] of [
    ['PUBLIC_URL', config.publicUrl],
    ['APP_URL', config.appUrl],
  ] as const) {
    if (url?.startsWith('http:') && !isLoopback(url)) {
      read.complain(name, 'must begin with https:// in production');
    }
  }
  for (const [name, url] of [
    ['DATABASE_URL', config.database.url],
    ['REDIS_URL', config.redis.url],
    ['SMTP_URL', config.mail.smtpUrl],
  ] as const) {
    const password = url ? new URL(url).password : '';
    if (password && !isLoopback(url) && isWeakSecret(password, 1)) {
      read.complain(name, 'carries a placeholder for a password');
    }
  }
}

function hostOf(url: string | undefined): string {
  return url ? new URL(url).hostname : 'localhost';
}

/**
 * One processor stays with the event loop, so that a rush of sign-ins doesn't slow everybody else. Node runs what
 * blocks on four threads (UV_THREADPOOL_SIZE); one of them stays free for DNS and files.
 */
function defaultConcurrency(): number {
  return Math.min(Math.max(availableParallelism() - 1, 1), 3);
}
