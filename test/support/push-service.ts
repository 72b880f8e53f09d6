import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { importJWK, jwtVerify } from 'jose';
import { useFixture } from './fixture.js';
import { holdReceiver } from './receiver.js';

/** What `PushSubscription.toJSON()` returns. */
export interface BrowserSubscription {
  readonly endpoint: string;
  readonly expirationTime: number | null;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** A push message as a browser gets it. */
export interface ReceivedPush {
  readonly endpoint: string;
  /** Decrypted. */
  readonly payload: string;
  /** Of the signed token. */
  readonly subject: unknown;
  readonly bytes: number;
  readonly headers: IncomingHttpHeaders;
}

/** A push service with its browsers. */
export interface TestPushService {
  readonly host: string;
  /** All messages that were signed and encrypted as they should be, whatever was answered. */
  readonly pushes: readonly ReceivedPush[];
  /** A browser that gets messages of whoever has the private key. */
  subscribe(applicationServerKey: string): BrowserSubscription;
  /** With what it answers from now on, or never. */
  answer(status: number | 'never'): void;
}

/** A private key for VAPID and its public key, in base64url. */
export function newVapidKeys(): { readonly privateKey: string; readonly publicKey: string } {
  const curve = createECDH('prime256v1');
  const publicKey = curve.generateKeys('base64url');
  const privateKey = Buffer.from(curve.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url');
  return { privateKey, publicKey };
}

/** A browser that no push service knows. */
export function aSubscription(): BrowserSubscription {
  return subscriptionOf('https://push.example.com', newBrowser(''));
}

interface Browser {
  /** The path of its endpoint. */
  readonly path: string;
  readonly applicationServerKey: string;
  readonly keys: ECDH;
  readonly auth: Buffer;
}

/** Serves for the suite. Accepts everything that is signed for its subscription, unless told otherwise. */
export function usePushService(): TestPushService {
  return useFixture(async () => {
    const pushes: ReceivedPush[] = [];
    const browsers = new Map<string, Browser>();
    let status: number | 'never' = 201;
    let origin = '';
    const receive = async (path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<number> => {
      const browser = browsers.get(path);
      if (!browser) {
        return 404;
      }
      const subject = await verifiedSubject(headers.authorization ?? '', browser, origin);
      if (subject === null) {
        return 403;
      }
      const payload = decrypted(body, browser);
      pushes.push({ endpoint: `${origin}${path}`, payload, subject, bytes: body.length, headers });
      return 201;
    };
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receive(request.url ?? '', request.headers, Buffer.concat(chunks)).then(
          (own) => {
            if (status !== 'never') {
              response.writeHead(own === 201 ? status : own, { Location: '/elsewhere' }).end();
            }
          },
          () => response.writeHead(400).end(),
        );
      });
    };
    const { port } = await holdReceiver(listener);
    origin = `http://127.0.0.1:${port}`;
    return {
      host: `127.0.0.1:${port}`,
      pushes,
      subscribe: (applicationServerKey) => {
        const browser = newBrowser(applicationServerKey);
        browsers.set(browser.path, browser);
        return subscriptionOf(origin, browser);
      },
      answer: (next) => {
        status = next;
      },
    };
  });
}

function newBrowser(applicationServerKey: string): Browser {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const path = `/send/${randomBytes(16).toString('base64url')}`;
  return { path, applicationServerKey, keys, auth: randomBytes(16) };
}

function subscriptionOf(origin: string, { path, keys, auth }: Browser): BrowserSubscription {
  return {
    endpoint: `${origin}${path}`,
    expirationTime: null,
    keys: { p256dh: keys.getPublicKey('base64url'), auth: auth.toString('base64url') },
  };
}

/** RFC 8292. @returns null if the signature isn't that of the key which the browser has subscribed with */
async function verifiedSubject(
  authorization: string,
  { applicationServerKey }: Browser,
  audience: string,
): Promise<unknown> {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  if (key !== applicationServerKey) {
    return null;
  }
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const jwk = await importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256');
  const { payload } = await jwtVerify(token, jwk, { audience, algorithms: ['ES256'] });
  const lastsDay = (payload.exp ?? Infinity) <= Date.now() / 1_000 + 24 * 60 * 60;
  return lastsDay ? payload.sub : null;
}

/** Opens a message of one record (RFC 8188) with the keys of the browser (RFC 8291). */
function decrypted(body: Buffer, { keys, auth }: Browser): string {
  const salt = body.subarray(0, 16);
  const idEnd = 21 + (body[20] ?? 0);
  const sender = body.subarray(21, idEnd);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender]);
  const shared = Buffer.from(hkdfSync('sha256', keys.computeSecret(sender), auth, info, 32));
  const derive = (name: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', shared, salt, `Content-Encoding: ${name}\0`, length));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([decipher.update(body.subarray(idEnd, -16)), decipher.final()]);
  // The last record ends with 2 and any number of zeros.
  return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
}
