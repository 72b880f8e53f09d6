import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer } from './client.js';

const PATIENCE_MS = 5_000;

/**
 * Sends bytes unchanged, which no HTTP client would do, and reads the response until the server closes the connection.
 * @returns the first response; its status is 0 if there was none
 */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<Answer<unknown>> {
  const { hostname, port } = new URL(url);
  const text = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    const end = (): void => {
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    socket.setTimeout(PATIENCE_MS, () =>
      socket.destroy(new Error('the server neither responds nor closes the connection')),
    );
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', end);
    socket.on('error', (error) => (chunks.length > 0 ? end() : reject(error)));
  });
  return parse(text);
}

export interface RawConnection {
  /** All responses received so far. */
  responses(): readonly Answer<unknown>[];
  /** Milliseconds from the connection until the server closed or reset it. */
  readonly closedAfterMs: Promise<number>;
  readonly socket: Socket;
}

/** Sends bytes on a connection and keeps it open. Destroy its socket at the end. */
export async function connectRaw(
  url: string,
  bytes: string | Buffer,
  { reads = true }: { readonly reads?: boolean } = {},
): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const since = performance.now();
  const chunks: Buffer[] = [];
  if (reads) {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const closedAfterMs = new Promise<number>((resolve) => {
    const end = (): void => resolve(performance.now() - since);
    socket.on('end', end);
    socket.on('error', end);
    socket.on('close', end);
  });
  socket.write(bytes);
  return { responses: () => parseAll(Buffer.concat(chunks)), closedAfterMs, socket };
}

/** Complete responses with a Content-Length, one after the other. */
function parseAll(bytes: Buffer): Answer<unknown>[] {
  const head = bytes.indexOf('\r\n\r\n') + 4;
  const length = /^content-length: (\d+)/im.exec(bytes.toString('latin1', 0, head))?.[1];
  const end = head + Number(length ?? 0);
  return head < 4 || bytes.length < end
    ? []
    : [parse(bytes.toString('utf8', 0, end)), ...parseAll(bytes.subarray(end))];
}

function parse(text: string): Answer<unknown> {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(0, end)).split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const rest = text.slice(end + 4);
  const length = headers.get('content-length');
  const body = length === null ? rest : Buffer.from(rest).subarray(0, Number(length)).toString('utf8');
  const isJson = /\bjson\b/.test(headers.get('content-type') ?? '');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0),
    headers,
    body: isJson && body !== '' ? (JSON.parse(body) as unknown) : body,
  };
}
