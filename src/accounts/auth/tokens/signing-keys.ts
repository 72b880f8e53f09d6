import { createPrivateKey, createPublicKey } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { calculateJwkThumbprint, type JWK } from 'jose';

const ALGORITHM = 'ES256';

export interface SigningKey {
  /** RFC 7638: the thumbprint of the public key. */
  readonly kid: string;
  /** Signs and verifies with this key. */
  readonly jwt: JwtService;
  readonly jwk: JWK;
}

/** The keys for access tokens. The first one signs; all are published and accepted. */
export class SigningKeys {
  private readonly byId: ReadonlyMap<string, SigningKey>;

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

  find(kid: string): SigningKey | undefined {
    return this.byId.get(kid);
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
    jwt: new JwtService({
      privateKey,
      publicKey,
      signOptions: { algorithm: ALGORITHM, keyid: kid },
      verifyOptions: { algorithms: [ALGORITHM] },
    }),
    jwk: { ...jwk, kid, alg: ALGORITHM, use: 'sig' },
  };
}
