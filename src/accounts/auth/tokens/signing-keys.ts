import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { calculateJwkThumbprint, type JWK } from 'jose';

export const ALGORITHM = 'ES256';

export interface SigningKey {
  /** RFC 7638: the thumbprint of the public key. */
  readonly kid: string;
  /** Signs with this key. */
  readonly jwt: JwtService;
  readonly publicKey: KeyObject;
  readonly jwk: JWK;
}

/** The keys for access tokens. The first one signs; all are published and accepted. */
export class SigningKeys {
  private readonly byId: ReadonlyMap<unknown, SigningKey>;

  private constructor(
    readonly current: SigningKey,
    readonly all: readonly SigningKey[],
  ) {
    this.byId = new Map(all.map((key) => [key.kid, key]));
  }

  static async load(pems: readonly string[]): Promise<SigningKeys> {
    const keys = await Promise.all(pems.map(toSigningKey));
    const [current] = keys;
    if (!current) {
      throw new Error('a process that signs tokens needs a signing key');
    }
    return new SigningKeys(current, keys);
  }

  /**
   * @param kid the `kid` of a header, which can be anything
   * @throws Error if it isn't the ID of one of our keys
   */
  get(kid: unknown): SigningKey {
    const key = this.byId.get(kid);
    if (!key) {
      throw new Error('unknown signing key');
    }
    return key;
  }

  /** RFC 7517. */
  get jwks(): { keys: JWK[] } {
    return { keys: this.all.map(({ jwk }) => jwk) };
  }
}

async function toSigningKey(pem: string): Promise<SigningKey> {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  return {
    kid,
    jwt: new JwtService({ privateKey, signOptions: { algorithm: ALGORITHM, keyid: kid } }),
    publicKey,
    jwk: { ...jwk, kid, alg: ALGORITHM, use: 'sig' },
  };
}
