import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hold } from './fixture.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The part of a transit engine that we use, with its own words for what is wrong (Vault's API documentation). */
export class TransitEngine {
  readonly token = `hvs.${randomBytes(18).toString('base64url')}`;
  /** What it does instead of its work, once each. */
  readonly faults: ((response: ServerResponse) => void)[] = [];
  /** The requests so far. */
  readonly seen: string[] = [];
  private readonly key = randomBytes(32);

  /** Starts it until the test, or the suite, is over. @returns its URL */
  async listen(tls?: ServerOptions): Promise<string> {
    const server = tls ? createTlsServer(tls, this.listener) : createServer(this.listener);
    server.listen(0, '127.0.0.1');
    await hold(once(server, 'listening'), () => {
      server.closeAllConnections();
      server.close();
    });
    return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** As `POST /v1/transit/encrypt/gatehouse` returns it. */
  wrap(bytes: Buffer): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const body = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    return `vault:v1:${body.toString('base64')}`;
  }

  private readonly listener: RequestListener = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      this.seen.push(`${request.method} ${request.url}`);
      const fault = this.faults.shift();
      if (fault) {
        fault(response);
        return;
      }
      const [status, body] = this.answer(request.url, request.headers['x-vault-token'], text);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  };

  private answer(url: string | undefined, token: unknown, text: string): [number, object] {
    if (token !== this.token) {
      return [403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }];
    }
    if (url !== '/v1/transit/decrypt/gatehouse') {
      return [400, { errors: ['encryption key not found'] }];
    }
    try {
      const { ciphertext } = JSON.parse(text) as { ciphertext: string };
      return [200, { data: { plaintext: this.unwrap(ciphertext).toString('base64') } }];
    } catch {
      return [400, { errors: ['cipher: message authentication failed'] }];
    }
  }

  private unwrap(ciphertext: string): Buffer {
    const bytes = Buffer.from(ciphertext.replace('vault:v1:', ''), 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }
}
