import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeyMaterial } from './key-ring.js';
import type { KeySource, StoredKey } from './key-source.js';

export interface TransitOptions {
  /** Where the service is, without `/v1`. */
  readonly url: string;
  /** The name of the key there that wraps ours. */
  readonly key: string;
  /** A file with a token, read again for each attempt, because agents replace it. */
  readonly tokenFile: string;
  /** A file with the certificates to trust, instead of those that Node trusts. */
  readonly caFile: string | null;
  /** Waits before further attempts. */
  readonly pausesMs?: readonly number[];
  readonly timeoutMs?: number;
}

const KEY_BYTES = 32;
const PAUSES_MS = [500, 1_000, 2_000, 4_000];
const TIMEOUT_MS = 5_000;
/** Far more than an answer has. */
const MAX_BYTES = 1_000_000;
const MAX_REASON = 200;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What another attempt won't change. */
class Refusal extends Error {}

/**
 * Keys that are wrapped by the transit engine of HashiCorp Vault or OpenBao, and unwrapped when a process starts
 * (`POST /v1/transit/decrypt/:name`, see their API documentation). So what is in files and Secrets is of no use without the
 * service, and the service says who has unwrapped them.
 */
export class TransitKeys implements KeySource {
  constructor(private readonly options: TransitOptions) {}

  /** @throws Error that says what to check, without any key or token */
  async open(keys: readonly StoredKey[]): Promise<KeyMaterial[]> {
    const opened: KeyMaterial[] = [];
    for (const key of keys) {
      opened.push('bytes' in key ? key : { id: key.id, bytes: await this.unwrap(key.id, key.wrapped) });
    }
    return opened;
  }

  private async unwrap(id: string, ciphertext: string): Promise<Buffer> {
    const { pausesMs = PAUSES_MS } = this.options;
    for (const pause of [...pausesMs, null]) {
      try {
        return await this.attempt(ciphertext);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (error instanceof Refusal || pause === null) {
          throw new Error(`The key ${id} can't be unwrapped by ${this.options.url}: ${reason}.`, {
            cause: error,
          });
        }
        await delay(pause);
      }
    }
    throw new Error('unreachable');
  }

  /** @throws Refusal, or another error if it may work later */
  private async attempt(ciphertext: string): Promise<Buffer> {
    const { status, body } = await this.post(`/v1/transit/decrypt/${encodeURIComponent(this.options.key)}`, {
      ciphertext,
    });
    if (status === 200) {
      return keyIn(body);
    }
    const reason = `it answers ${status}${reasonIn(body)}`;
    if (status === 403) {
      throw new Refusal(
        `${reason}. Check the token in KEY_SERVICE_TOKEN_PATH, and that its policy allows this`,
      );
    }
    if (status >= 500 || status === 429) {
      throw new Error(reason);
    }
    throw new Refusal(`${reason}. Check KEY_SERVICE_KEY, and that the key was wrapped with it`);
  }

  private post(path: string, payload: object): Promise<Answer> {
    const { url, tokenFile, caFile, timeoutMs = TIMEOUT_MS } = this.options;
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const options = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vault-token': readFileSync(tokenFile, 'utf8').trim(),
        'x-vault-request': 'true',
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(caFile === null ? {} : { ca: readFileSync(caFile) }),
    };
    return new Promise((resolve, reject) => {
      const sending = request(`${url}${path}`, options, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
          if (body.length > MAX_BYTES) {
            response.destroy(new Error('its answer is too long'));
          }
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sending.on('error', (error: NodeJS.ErrnoException) => {
        const reason =
          error.name === 'TimeoutError' || error.name === 'AbortError' ? 'timed out' : error.message;
        reject(new Error(`it doesn't answer (${reason})`));
      });
      sending.end(JSON.stringify(payload));
    });
  }
}

/** @throws Refusal if that's no answer of a transit engine, or not a key of ours */
function keyIn(body: string): Buffer {
  const { data } = jsonIn(body) as { readonly data?: { readonly plaintext?: unknown } };
  const bytes = Buffer.from(typeof data?.plaintext === 'string' ? data.plaintext : '', 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new Refusal(`its answer isn't a key of ${KEY_BYTES} bytes`);
  }
  return bytes;
}

/** Services say what is wrong in `errors`. */
function reasonIn(body: string): string {
  const { errors } = jsonIn(body) as { readonly errors?: unknown };
  const text = Array.isArray(errors) ? errors.filter((each) => typeof each === 'string').join('; ') : '';
  const printable = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return printable === '' ? '' : ` (${printable.slice(0, MAX_REASON)})`;
}

function jsonIn(body: string): object {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
