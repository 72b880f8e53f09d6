import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomSecret, readOrCreatePrivate, writePrivate } from './private-file.js';

/** Files, each for the variable `NAME_FILE` of the same name. */
export interface Secrets {
  readonly jwtPrivateKeysFile: string;
  readonly encryptionKeysFile: string;
  readonly blindIndexKeysFile: string;
  readonly managementTokenFile: string;
}

/** Generates what is missing in `dataDir`/keys. What is there stays: the database can't be read without it. */
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
  };
}

/** P-256, as ES256 needs, in PKCS#8. */
export function newSigningKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

export function newNamedKey(): string {
  return `k1:${randomBytes(32).toString('base64')}\n`;
}

export interface AdminCredentials {
  readonly email: string;
  readonly password: string;
}

export const DEFAULT_ADMIN_EMAIL = 'admin@example.com';

/**
 * The first admin of an embedded database. The password is kept until a person has seen it, and then forgotten: a
 * crash before leaves the same one to be printed by the next start, so that what is printed always works.
 */
export class FirstAdmin {
  private readonly path: string;

  /** Beside the database, so that removing that brings a new admin, too. */
  constructor(dataDir: string) {
    this.path = resolve(dataDir, 'postgres', 'first-admin.json');
  }

  /** What the application shall create and a person has not been told yet. */
  pending(email: string): AdminCredentials | null {
    const stored = this.read();
    if (stored?.email === email) {
      return stored.password === undefined ? null : { email, password: stored.password };
    }
    const credentials = { email, password: randomSecret() };
    writePrivate(this.path, JSON.stringify(credentials));
    return credentials;
  }

  /** To be called after they were printed: printed twice is a nuisance, never printed locks people out. */
  announced({ email }: AdminCredentials): void {
    writePrivate(this.path, JSON.stringify({ email }));
  }

  private read(): { email: string; password?: string } | null {
    return existsSync(this.path)
      ? (JSON.parse(readFileSync(this.path, 'utf8')) as { email: string; password?: string })
      : null;
  }
}
