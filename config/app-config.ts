import type { RateLimit, StoredKey } from './parsers.js';
import type { OAuthProviderConfig } from './oauth-config.js';
import type { RedisConfig } from './redis-url.js';
import type { TracingConfig } from './tracing-config.js';
import type { PublicTls } from './public-tls.js';
import type { ProviderRates } from './provider-rates.js';
import type { VapidConfig } from './vapid.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Which part of Gatehouse a process runs. */
export type Role = 'all' | 'api' | 'worker' | 'notifications';

/** The parsed environment. Also its injection token. */
export abstract class AppConfig {
  abstract readonly role: Role;
  abstract readonly production: boolean;
  abstract readonly host: string;
  abstract readonly port: number;
  /** Null if the public port has no TLS. */
  abstract readonly tls: PublicTls | null;
  /**
   * `token` is null if the management pages are disabled. `hosts` are the names, besides localhost, that they answer
   * to.
   */
  abstract readonly management: {
    readonly port: number;
    readonly token: string | null;
    readonly hosts: readonly string[];
  };
  /**
   * `tls` has the paths of PEM files. Null for plaintext. `accounts` and `notifications` are where to ask these services,
   * as gRPC targets. Null if this process has the answers itself.
   */
  abstract readonly grpc: {
    readonly port: number;
    readonly tls: { readonly cert: string; readonly key: string; readonly ca: string } | null;
    readonly accounts: string | null;
    readonly notifications: string | null;
  };
  abstract readonly publicUrl: string;
  abstract readonly appUrl: string;
  abstract readonly database: {
    readonly url: string;
    /** For the notifications service. Same as `url` unless it has its own database. */
    readonly notificationsUrl: string;
    readonly poolSize: number;
    readonly migrateOnStart: boolean;
  };
  abstract readonly redis: RedisConfig;
  /**
   * `smtpUrl` is empty in roles that don't send mail. `smtpFallbackUrl` is null if there's no second server. `from` is
   * an address, and `fromName` may be empty.
   */
  abstract readonly mail: {
    readonly smtpUrl: string;
    readonly smtpFallbackUrl: string | null;
    readonly from: string;
    readonly fromName: string;
  };
  /** Where a gateway accepts text messages. Null if there's none, or the role doesn't need it. */
  abstract readonly smsUrl: string | null;
  /**
   * What push services know us by (RFC 8292): a key pair in base64url, and whom to write to. Null if there's no web push,
   * or the role doesn't need it.
   */
  abstract readonly vapid: VapidConfig | null;
  /** Empty in roles that don't send. */
  abstract readonly providerRates: ProviderRates;
  /** The web page of a mailbox for development, or null. */
  abstract readonly mailboxUrl: string | null;
  /** `jwtPrivateKeys` are PEMs. Empty in roles that don't sign tokens. */
  abstract readonly keys: {
    readonly jwtPrivateKeys: readonly string[];
    readonly encryption: readonly StoredKey[];
    readonly blindIndex: readonly StoredKey[];
  };
  /** What unwraps keys, in the form of Vault's transit engine. Null if there are none to unwrap. */
  abstract readonly keyService: {
    readonly url: string;
    readonly key: string;
    readonly tokenFile: string;
    readonly caFile: string | null;
  } | null;
  abstract readonly admin: { readonly email: string; readonly password: string } | null;
  /** How long users can cancel the deletion of their account. */
  abstract readonly deletionGraceDays: number;
  abstract readonly registration: 'immediate' | 'verify-first' | 'closed';
  /** Roles whose permissions only count in a session with two factors. */
  abstract readonly mfaRequiredRoles: readonly string[];
  /** A range service for passwords known from data breaches, or null. */
  abstract readonly passwordBreachUrl: string | null;
  /** Where a sign-in with a provider may redirect to: URLs, or prefixes that end in `/*`. */
  abstract readonly redirectUrls: readonly string[];
  /** Empty in roles that don't sign users in. */
  abstract readonly oauthProviders: readonly OAuthProviderConfig[];
  /** `maxSeconds` is how long a session lasts in all, `idleSeconds` how long without a refresh. */
  abstract readonly sessions: {
    readonly accessTokenSeconds: number;
    readonly idleSeconds: number;
    readonly maxSeconds: number;
  };
  /** The members of `appMetadata` that go into access tokens. */
  abstract readonly tokenClaims: readonly string[];
  /** Who passkeys belong to: the domain, and the origins that may use them. */
  abstract readonly webAuthn: { readonly rpId: string; readonly origins: readonly string[] };
  /** How long the audit log keeps events. */
  abstract readonly auditRetentionDays: number;
  /** Networks, as CIDRs, that webhooks and push notifications may be sent to although they aren't public. */
  abstract readonly webhookAllowedNetworks: readonly string[];
  /** CIDR blocks of push services that aren't public. Users choose their endpoints. */
  abstract readonly pushAllowedNetworks: readonly string[];
  abstract readonly trustedProxies: readonly string[];
  /** Whether addresses that attack are banned for a while. `all`: private ones, too. */
  abstract readonly automaticBans: 'on' | 'off' | 'all';
  abstract readonly corsOrigins: readonly string[];
  abstract readonly rateLimits: {
    readonly default: RateLimit | null;
    readonly auth: RateLimit | null;
    readonly address: RateLimit | null;
    readonly 'api-key': RateLimit | null;
    /** By the names of roles. */
    readonly roles: Readonly<Record<string, RateLimit | null>>;
  };
  abstract readonly passwordHashing: { readonly concurrency: number; readonly queueLength: number };
  abstract readonly drainSeconds: number;
  abstract readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Null if tracing is disabled. */
  abstract readonly tracing: TracingConfig | null;
  /** Sentences to log: variables that look like misspelled ones of ours. */
  abstract readonly warnings: readonly string[];
}
