import type { NamedKey, RateLimit } from './parsers.js';
import type { TracingConfig } from './tracing-config.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Which part of Gatehouse a process runs. */
export type Role = 'all' | 'api' | 'worker' | 'notifications';

/** The parsed environment. It is the injection token, too. */
export abstract class AppConfig {
  abstract readonly role: Role;
  abstract readonly production: boolean;
  abstract readonly host: string;
  abstract readonly port: number;
  /** `token` is null when nobody may see management pages; `hosts` are names beside localhost under which they answer. */
  abstract readonly management: {
    readonly port: number;
    readonly token: string | null;
    readonly hosts: readonly string[];
  };
  abstract readonly publicUrl: string;
  abstract readonly appUrl: string;
  abstract readonly database: {
    readonly url: string;
    /** Of the notifications service; the same as `url` unless it has moved. */
    readonly notificationsUrl: string;
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
