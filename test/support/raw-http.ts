import { connect } from 'node:net';
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
    body: isJson ? (JSON.parse(body) as unknown) : body,
  };
}
