import type { AppConfig } from './app-config.js';
import type { EnvironmentReader } from './reader.js';
import { type RedisConfig, remotePasswords } from './redis-url.js';
import { isLoopback } from './urls.js';

const MIN_ADMIN_PASSWORD = 12;
const MIN_MANAGEMENT_TOKEN = 16;

/** Rejects settings that are convenient in development but dangerous in production. */
export function rejectUnsafeInProduction(read: EnvironmentReader, config: Omit<AppConfig, 'warnings'>): void {
  for (const [name, keys] of [
    ['ENCRYPTION_KEYS', config.keys.encryption],
    ['BLIND_INDEX_KEYS', config.keys.blindIndex],
  ] as const) {
    if (keys?.some((key) => 'bytes' in key && isWeakKey(key.bytes))) {
      read.addProblem(name, "contains a key that isn't random (generate one with: openssl rand -base64 32)");
    }
  }
  if (config.vapid && isWeakKey(Buffer.from(config.vapid.privateKey, 'base64url'))) {
    read.addProblem(
      'VAPID_PRIVATE_KEY',
      "isn't random (generate one with: npx web-push generate-vapid-keys)",
    );
  }
  if (config.admin && isWeakSecret(config.admin.password, MIN_ADMIN_PASSWORD)) {
    read.addProblem(
      'ADMIN_PASSWORD',
      `is a placeholder or too weak; use at least ${MIN_ADMIN_PASSWORD} random characters`,
    );
  }
  if (config.management.token && isWeakSecret(config.management.token, MIN_MANAGEMENT_TOKEN)) {
    read.addProblem(
      'MANAGEMENT_TOKEN',
      `is a placeholder or too weak; use at least ${MIN_MANAGEMENT_TOKEN} random characters (generate one with: openssl rand -hex 32)`,
    );
  }
  for (const [name, url] of [
    ['PUBLIC_URL', config.publicUrl],
    ['APP_URL', config.appUrl],
    ['PASSWORD_BREACH_URL', config.passwordBreachUrl],
    ['KEY_SERVICE_URL', config.keyService?.url ?? null],
    ['SMS_URL', config.smsUrl],
  ] as const) {
    if (url?.startsWith('http:') && !isLoopback(url)) {
      read.addProblem(name, 'must start with https:// in production');
    }
  }
  for (const { name, endpoints } of config.oauthProviders) {
    const prefix = `OAUTH_${name.toUpperCase().replaceAll('-', '_')}`;
    const { protocol, ...urls } = endpoints;
    if (Object.values(urls).some((url) => url.startsWith('http:') && !isLoopback(url))) {
      read.addProblem(
        `${prefix}_${protocol === 'oidc' ? 'ISSUER' : 'TOKEN_URL'}`,
        'and all URLs of the provider must start with https:// in production',
      );
    }
  }
  for (const [name, url] of [
    ['DATABASE_URL', config.database.url],
    ...(config.database.notificationsUrl === config.database.url
      ? []
      : [['NOTIFICATIONS_DATABASE_URL', config.database.notificationsUrl] as const]),
    ['SMTP_URL', config.mail.smtpUrl],
    ['SMTP_FALLBACK_URL', config.mail.smtpFallbackUrl ?? ''],
    ['SMS_URL', config.smsUrl ?? ''],
  ] as const) {
    const password = url ? decodeURIComponent(new URL(url).password) : '';
    if (password && !isLoopback(url) && isWeakSecret(password, 1)) {
      read.addProblem(name, 'contains a placeholder password');
    }
  }
  // Undefined after a problem with the variable itself.
  const redis = config.redis as RedisConfig | undefined;
  if (redis && remotePasswords(redis).some((password) => password && isWeakSecret(password, 1))) {
    read.addProblem('REDIS_URL', 'contains a placeholder password');
  }
}

const PLACEHOLDER =
  /change[-_ ]?me|placeholder|example|your[-_ ]|dummy|insert|todo|^(secret|password|admin|test|default)\d*$/i;

/** Whether a secret is a placeholder, too short, or has so few different characters that it can be guessed. */
function isWeakSecret(secret: string, minLength: number): boolean {
  return secret.length < minLength || PLACEHOLDER.test(secret) || new Set(secret).size < 5;
}

/**
 * A random key has about 30 different bytes of 32. Text, zeros and repeated patterns have far fewer or are all
 * printable.
 */
function isWeakKey(bytes: Buffer): boolean {
  return new Set(bytes).size < 16 || bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
