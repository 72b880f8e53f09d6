import { createHmac, randomBytes } from 'node:crypto';

/** What is signed. */
export interface SignedWebhook {
  /** Unique for each event, and the same whenever it's sent again. */
  readonly id: string;
  /** When this attempt is made. Receivers reject old ones, so that they can't be replayed. */
  readonly sentAt: Date;
  readonly body: string;
}

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** Makes a secret for signing, as Standard Webhooks 1.0.0 writes it: `whsec_` and 32 random bytes in base64. */
export function createSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/**
 * The headers that let a receiver verify a webhook (https://www.standardwebhooks.com, spec 1.0.0), with one signature
 * for each secret, so that it can be replaced without a gap.
 * @throws TypeError if there is no secret, or one isn't `whsec_` and 24 to 64 bytes in base64
 */
export function signatureHeaders(
  { id, sentAt, body }: SignedWebhook,
  secrets: readonly string[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  if (secrets.length === 0) {
    throw new TypeError('a webhook needs a secret');
  }
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', keyIn(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${hmac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

function keyIn(secret: string): Buffer {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  // Buffer skips what isn't base64, and receivers may not.
  if (key.toString('base64') !== encoded || key.length < 24 || key.length > 64) {
    throw new TypeError('a secret must be whsec_ and 24 to 64 bytes in base64');
  }
  return key;
}
