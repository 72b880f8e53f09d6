import { createECDH, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomSecret, readOrCreatePrivate, writePrivate } from './private-file.ts';

/** The files that hold them, for the `_FILE` variables of the same names. */
export interface Secrets {
  readonly jwtPrivateKeysFile: string;
  readonly encryptionKeysFile: string;
  readonly blindIndexKeysFile: string;
  readonly managementTokenFile: string;
  readonly vapidPrivateKeyFile: string;
}

/** Generates the keys that are missing in `dataDir`/keys. Never replaces one: the database cannot be read without it. */
export function ensureSecrets(dataDir: string): Secrets {
  const folder = resolve(dataDir, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string, generate: () => string): string => {
    const path = join(folder, name);
    readOrCreatePrivate(path, generate);
    return path;
  };
  return {
    jwtPrivateKeysFile: file('jwt-private-keys.pem', newSigningKey),
    encryptionKeysFile: file('encryption-keys', newNamedKey),
    blindIndexKeysFile: file('blind-index-keys', newNamedKey),
    managementTokenFile: file('management-token', randomSecret),
    vapidPrivateKeyFile: file('vapid-private-key', newVapidKey),
  };
}

/** P-256, as ES256 requires, in PKCS#8. */
export function newSigningKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

export function newNamedKey(): string {
  return `k1:${randomBytes(32).toString('base64')}\n`;
}

/** The scalar of a P-256 key in base64url. Random bytes alone could be out of its range, or start with zeros that Node omits. */
function newVapidKey(): string {
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  return `${Buffer.from(curve.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url')}\n`;
}

export interface AdminCredentials {
  readonly email: string;
  readonly password: string;
}

export const DEFAULT_ADMIN_EMAIL = 'admin@example.com';

/**
 * The first admin of an embedded database. The password is stored until it has been printed, and then deleted. After a
 * crash before that, the next start prints the same password, so the printed one always works.
 */
export class FirstAdmin {
  private readonly path: string;

  /** Stored with the database, so removing the database creates a new admin, too. */
  constructor(dataDir: string) {
    this.path = resolve(dataDir, 'postgres', 'first-admin.json');
  }

  /** The admin that the application should create and whose password has not been printed. */
  pending(email: string): AdminCredentials | null {
    const stored = this.read();
    if (stored?.email === email) {
      return stored.password === undefined ? null : { email, password: stored.password };
    }
    const credentials = { email, password: randomSecret() };
    writePrivate(this.path, JSON.stringify(credentials));
    return credentials;
  }

  /** Call it after printing: printing twice is a nuisance, but never printing locks people out. */
  announced({ email }: AdminCredentials): void {
    writePrivate(this.path, JSON.stringify({ email }));
  }

  private read(): { email: string; password?: string } | null {
    return existsSync(this.path)
      ? (JSON.parse(readFileSync(this.path, 'utf8')) as { email: string; password?: string })
      : null;
  }
}
