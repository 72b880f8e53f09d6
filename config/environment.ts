import { availableParallelism } from 'node:os';
import { type AppConfig, LOG_LEVELS, type Role } from './app-config.js';
import { parseMailFrom } from './mail-from.js';
import { readOAuthProviders } from './oauth-config.js';
import {
  parseCidrs,
  parseClaimNames,
  parseEcPrivateKeys,
  parseEmail,
  parseHost,
  parseHosts,
  parseInteger,
  parseKeyName,
  parseKeys,
  parseOneOf,
  parseOrigins,
  parseRoleLimits,
  parseRoleNames,
  parseRateLimit,
  parseReadableFile,
  parseToken,
} from './parsers.js';
import { readWebAuthn } from './web-authn.js';
import { rejectUnsafeInProduction } from './production.js';
import { type Environment, EnvironmentReader } from './reader.js';
import { parseRedirectUrls } from './redirect-urls.js';
import { parseRedisUrl } from './redis-url.js';
import { readPublicTls } from './public-tls.js';
import { readTracing } from './tracing-config.js';
import { readProviderRates } from './provider-rates.js';
import { parseBaseUrl, parseDatabaseUrl, parseGrpcTarget, parseSmtpUrl, parseUrl } from './urls.js';
import { readVapid } from './vapid.js';

const DEFAULT_PORT = 3000;
export const DEFAULT_GRPC_PORT = 50_051;
const DAY_SECONDS = 24 * 60 * 60;
const MAX_DAYS = 3650;

/** The only place that reads the environment. @throws BadEnvironment listing every invalid variable */
export function parseEnvironment(env: Environment, role: Role): AppConfig {
  const read = new EnvironmentReader(env);
  const production =
    read.optional('NODE_ENV', parseOneOf('production', 'development', 'test'), () => 'development') ===
    'production';
  const servesPublic = role === 'all' || role === 'api';

  const port = read.optional('PORT', parseInteger(0, 65535), () => DEFAULT_PORT);
  const tls = readPublicTls(read, servesPublic);
  const publicUrl = read.optional(
    'PUBLIC_URL',
    parseBaseUrl,
    () => `${tls ? 'https' : 'http'}://localhost:${port ?? DEFAULT_PORT}`,
  );
  const appUrl = read.optional('APP_URL', parseBaseUrl, () => publicUrl);
  const mail = readMail(read, role, publicUrl);
  const config: Omit<AppConfig, 'warnings'> = {
    role,
    production,
    port,
    host: read.optional('HOST', parseHost, () => '127.0.0.1'),
    management: {
      port: read.optional('MANAGEMENT_PORT', parseInteger(0, 65535), () => 3001),
      token: read.optional<string | null>('MANAGEMENT_TOKEN', parseToken, () => null),
      hosts: read.optional('MANAGEMENT_HOSTS', parseHosts, () => []),
    },
    grpc: readGrpc(read, role),
    tls,
    publicUrl,
    appUrl,
    database: {
      ...readDatabases(read, role),
      poolSize: read.optional('DATABASE_POOL_SIZE', parseInteger(2, 1000), () => 10),
      migrateOnStart: read.optional('MIGRATE_ON_START', parseOneOf('true', 'false'), () => 'true') === 'true',
    },
    redis: read.required('REDIS_URL', parseRedisUrl),
    mail,
    smsUrl:
      role === 'worker'
        ? read.unused('SMS_URL', null)
        : read.optional<string | null>('SMS_URL', parseUrl('http', 'https'), () => null),
    vapid: role === 'worker' ? read.unused('VAPID_PRIVATE_KEY', null) : readVapid(read, publicUrl, mail.from),
    providerRates: readProviderRates(read, sendsMessages(role)),
    mailboxUrl: read.optional<string | null>('MAILBOX_URL', parseBaseUrl, () => null),
    keys: {
      jwtPrivateKeys: servesPublic
        ? read.required('JWT_PRIVATE_KEYS', parseEcPrivateKeys)
        : read.unused('JWT_PRIVATE_KEYS', []),
      encryption: read.required('ENCRYPTION_KEYS', parseKeys),
      blindIndex: read.required('BLIND_INDEX_KEYS', parseKeys),
    },
    keyService: readKeyService(read),
    admin: readAdmin(read),
    registration: read.optional(
      'REGISTRATION',
      parseOneOf('immediate', 'verify-first', 'closed'),
      () => 'immediate',
    ),
    mfaRequiredRoles: read.optional('MFA_REQUIRED_ROLES', parseRoleNames, () => []),
    passwordBreachUrl: read.optional<string | null>('PASSWORD_BREACH_URL', parseBaseUrl, () => null),
    redirectUrls: read.optional('REDIRECT_URLS', parseRedirectUrls, () => [`${originOf(appUrl)}/*`]),
    oauthProviders: servesPublic ? readOAuthProviders(read) : [],
    sessions: {
      accessTokenSeconds: read.optional('ACCESS_TOKEN_SECONDS', parseInteger(1, DAY_SECONDS), () => 600),
      idleSeconds: read.optional('SESSION_IDLE_DAYS', parseInteger(1, MAX_DAYS), () => 30) * DAY_SECONDS,
      maxSeconds: read.optional('SESSION_MAX_DAYS', parseInteger(1, MAX_DAYS), () => 365) * DAY_SECONDS,
    },
    tokenClaims: read.optional('TOKEN_CLAIMS', parseClaimNames, () => []),
    webAuthn: readWebAuthn(read, appUrl),
    deletionGraceDays: read.optional('DELETION_GRACE_DAYS', parseInteger(0, MAX_DAYS), () => 14),
    auditRetentionDays: read.optional('AUDIT_RETENTION_DAYS', parseInteger(1, MAX_DAYS), () => 365),
    webhookAllowedNetworks: read.optional('WEBHOOK_ALLOWED_NETWORKS', parseCidrs, () => []),
    pushAllowedNetworks: read.optional('PUSH_ALLOWED_NETWORKS', parseCidrs, () => []),
    trustedProxies: read.optional('TRUSTED_PROXIES', parseCidrs, () => []),
    automaticBans: read.optional('AUTOMATIC_BANS', parseOneOf('on', 'off', 'all'), () => 'on'),
    corsOrigins: read.optional('CORS_ORIGINS', parseOrigins, () => []),
    rateLimits: {
      default: read.optional('RATE_LIMIT_DEFAULT', parseRateLimit, () => parseRateLimit('600/60')),
      auth: read.optional('RATE_LIMIT_AUTH', parseRateLimit, () => parseRateLimit('20/60')),
      address: read.optional('RATE_LIMIT_ADDRESS', parseRateLimit, () => null),
      'api-key': read.optional('RATE_LIMIT_API_KEY', parseRateLimit, () => null),
      roles: read.optional('RATE_LIMIT_ROLES', parseRoleLimits, () => ({})),
    },
    passwordHashing: {
      concurrency: read.optional('PASSWORD_HASH_CONCURRENCY', parseInteger(1, 64), defaultConcurrency),
      queueLength: read.optional('PASSWORD_HASH_QUEUE', parseInteger(1, 100_000), () => 256),
    },
    drainSeconds: read.optional('DRAIN_SECONDS', parseInteger(0, 600), () => 5),
    logLevel: read.optional('LOG_LEVEL', parseOneOf(...LOG_LEVELS), () => 'info'),
    tracing: readTracing(read),
  };
  if (servesPublic) {
    requireDistinctPorts(read, config);
  }
  requireKeyService(read, config);
  if (production) {
    rejectUnsafeInProduction(read, config);
  }
  read.finish();
  return { ...config, warnings: read.misspellings() };
}

function readKeyService(read: EnvironmentReader): AppConfig['keyService'] {
  const url = read.optional<string | null>('KEY_SERVICE_URL', parseBaseUrl, () => null);
  const key = read.optional('KEY_SERVICE_KEY', parseKeyName, () => 'gatehouse');
  const tokenFile = read.optional<string | null>('KEY_SERVICE_TOKEN_PATH', parseReadableFile, () => null);
  const caFile = read.optional<string | null>('KEY_SERVICE_CA', parseReadableFile, () => null);
  if ((url === null) !== (tokenFile === null)) {
    read.addProblem('KEY_SERVICE_URL', 'needs KEY_SERVICE_TOKEN_PATH, and the other way round');
  }
  return url !== null && tokenFile !== null ? { url, key, tokenFile, caFile } : null;
}

/** Otherwise, a process would only find out when it can't read anything. */
function requireKeyService(
  read: EnvironmentReader,
  { keys, keyService }: Pick<AppConfig, 'keys' | 'keyService'>,
): void {
  for (const [name, ring] of [
    ['ENCRYPTION_KEYS', keys.encryption],
    ['BLIND_INDEX_KEYS', keys.blindIndex],
  ] as const) {
    // Undefined if it isn't valid.
    if (!keyService && (ring as typeof ring | undefined)?.some((key) => 'wrapped' in key)) {
      read.addProblem(name, 'has a key that is wrapped, which needs KEY_SERVICE_URL');
    }
  }
}

function requireDistinctPorts(
  read: EnvironmentReader,
  { port, management, grpc }: Pick<AppConfig, 'port' | 'management' | 'grpc'>,
): void {
  if (port && port === management.port) {
    read.addProblem('MANAGEMENT_PORT', 'must differ from PORT');
  }
  if (grpc.port && grpc.port !== DEFAULT_GRPC_PORT && [port, management.port].includes(grpc.port)) {
    read.addProblem('GRPC_PORT', 'must differ from PORT and MANAGEMENT_PORT');
  }
}

function readGrpc(read: EnvironmentReader, role: Role): AppConfig['grpc'] {
  const port = read.optional('GRPC_PORT', parseInteger(0, 65535), () => DEFAULT_GRPC_PORT);
  const target = (name: string, asks: Role): string | null =>
    role === asks ? read.optional<string | null>(name, parseGrpcTarget, () => null) : read.unused(name, null);
  const file = (name: string): string | null =>
    role === 'worker'
      ? read.unused(name, null)
      : read.optional<string | null>(name, parseReadableFile, () => null);
  const [cert, key, ca] = [file('GRPC_TLS_CERT'), file('GRPC_TLS_KEY'), file('GRPC_TLS_CA')];
  if ((cert === null || key === null || ca === null) && (cert ?? key ?? ca) !== null) {
    read.addProblem('GRPC_TLS_CERT', 'needs GRPC_TLS_KEY and GRPC_TLS_CA, and each of them the others');
  }
  return {
    port,
    tls: cert !== null && key !== null && ca !== null ? { cert, key, ca } : null,
    accounts: target('ACCOUNTS_GRPC_URL', 'notifications'),
    notifications: target('NOTIFICATIONS_GRPC_URL', 'api'),
  };
}

type DatabaseUrls = Pick<AppConfig['database'], 'url' | 'notificationsUrl'>;

/** The part of the environment that `npm run migrate` needs. @throws BadEnvironment */
export function parseDatabases(env: Environment): DatabaseUrls {
  const read = new EnvironmentReader(env);
  const databases = readDatabases(read);
  read.finish();
  return databases;
}

/** A service with its own database only needs a URL, and if it also asks accounts over gRPC, no other one. */
function readDatabases(read: EnvironmentReader, role?: Role): DatabaseUrls {
  const own = 'NOTIFICATIONS_DATABASE_URL';
  if (role === 'notifications' && read.isSet('ACCOUNTS_GRPC_URL') && read.isSet(own)) {
    const notificationsUrl = read.required(own, parseDatabaseUrl);
    return { url: read.optional('DATABASE_URL', parseDatabaseUrl, () => notificationsUrl), notificationsUrl };
  }
  const url = read.required('DATABASE_URL', parseDatabaseUrl);
  return { url, notificationsUrl: read.optional('NOTIFICATIONS_DATABASE_URL', parseDatabaseUrl, () => url) };
}

function readMail(read: EnvironmentReader, role: Role, publicUrl: string): AppConfig['mail'] {
  const sendsMail = sendsMessages(role);
  const smtpUrl = sendsMail ? read.required('SMTP_URL', parseSmtpUrl) : read.unused('SMTP_URL', '');
  const smtpFallbackUrl = sendsMail
    ? read.optional<string | null>('SMTP_FALLBACK_URL', parseSmtpUrl, () => null)
    : read.unused('SMTP_FALLBACK_URL', null);
  const sender = read.optional('MAIL_FROM', parseMailFrom, () => ({
    name: '',
    address: `no-reply@${hostOf(publicUrl)}`,
  }));
  return { smtpUrl, smtpFallbackUrl, from: sender?.address, fromName: sender?.name };
}

function sendsMessages(role: Role): boolean {
  return role === 'all' || role === 'notifications';
}

function readAdmin(read: EnvironmentReader): AppConfig['admin'] {
  const email = read.optional<string | null>('ADMIN_EMAIL', parseEmail, () => null);
  const password = read.optional<string | null>('ADMIN_PASSWORD', String, () => null);
  if ((email === null) !== (password === null)) {
    read.addProblem(
      email === null ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD',
      'is missing: set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither',
    );
  }
  if (password && (password.length < 8 || password.length > 256)) {
    read.addProblem('ADMIN_PASSWORD', 'must be 8 to 256 characters long');
  }
  return email && password ? { email, password } : null;
}

function hostOf(url: string | undefined): string {
  return url ? new URL(url).hostname : 'localhost';
}

function originOf(url: string | undefined): string {
  return url ? new URL(url).origin : '';
}

/**
 * Leaves one CPU to the event loop, so that a burst of sign-ins doesn't slow down other requests. Node runs blocking
 * work on four threads (UV_THREADPOOL_SIZE); one of them stays free for DNS and files.
 */
function defaultConcurrency(): number {
  return Math.min(Math.max(availableParallelism() - 1, 1), 3);
}
