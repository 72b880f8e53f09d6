import type { Problem } from './generated/types.gen.js';
import type { AnyOperation } from './operation.js';
import { ProblemError, ResponseError } from './problem.js';
import { withRetries } from './retry.js';

export interface TransportOptions {
  /** Where Gatehouse is, such as `https://accounts.acme.com`. A path is kept. */
  readonly baseUrl: string;
  /** Instead of the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** What `Options` are at run time. */
export interface AnyOptions {
  readonly body?: unknown;
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** A response with the data in it. */
export interface Answer<Data = unknown> {
  readonly data: Data;
  /** Its body has been read already. */
  readonly response: Response;
}

/** A request that can be sent several times. */
export interface Request {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Readonly<Record<string, string>> };
  readonly repeatable: boolean;
}

export interface SendOptions {
  readonly accessToken?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The milliseconds that each attempt may take. */
  readonly attemptMs?: number;
}

/** @throws ProblemError, ResponseError, or what `fetch` threw */
export type Send = (request: Request, options: SendOptions) => Promise<Answer>;

/**
 * The request gets its idempotency key here, so that all of its attempts have the same one.
 * @param inCookie whether refresh tokens should be in a cookie
 */
export function requestOf(
  operation: AnyOperation,
  options: AnyOptions,
  { baseUrl, inCookie }: { readonly baseUrl: string; readonly inCookie: boolean },
): Request {
  const { method, path, mediaType = 'application/json' } = operation;
  const headers: Record<string, string> = {
    accept: 'application/json, application/problem+json',
    ...(options.body === undefined ? {} : { 'content-type': mediaType }),
  };
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) {
      headers[name.toLowerCase()] = value;
    }
  }
  if (operation.idempotencyKey) {
    headers['idempotency-key'] ??= randomKey();
  }
  const withCookie = inCookie && operation.cookie === true;
  if (withCookie) {
    headers['session-transport'] ??= 'cookie';
  }
  return {
    url: baseUrl.replace(/\/+$/, '') + pathOf(path, options.path ?? {}) + queryOf(options.query ?? {}),
    init: {
      method,
      headers,
      ...(withCookie ? { credentials: 'include' } : {}),
      ...(options.body === undefined ? {} : { body: bodyOf(options.body, mediaType) }),
    },
    repeatable: method === 'GET' || 'idempotency-key' in headers,
  };
}

/** Files are sent as they are. */
function bodyOf(body: unknown, mediaType: string): string {
  return typeof body === 'string' && !mediaType.endsWith('json') ? body : JSON.stringify(body);
}

export function createSend({ fetch = (url, init) => globalThis.fetch(url, init) }: TransportOptions): Send {
  const attempt = async (
    { url, init }: Request,
    accessToken: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    const response = await fetch(url, {
      ...init,
      headers: { ...init.headers, ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}) },
      ...(signal ? { signal } : {}),
    });
    return response.ok && isStream(response)
      ? { data: undefined, response }
      : answerOf(response, await response.text());
  };
  return (request, { accessToken, signal, attemptMs }) =>
    withRetries(
      () =>
        attemptMs === undefined
          ? attempt(request, accessToken, signal)
          : within(attemptMs, (limit) => attempt(request, accessToken, limit)),
      { repeatable: request.repeatable, signal },
    );
}

function answerOf(response: Response, text: string): Answer {
  const type = response.headers.get('content-type') ?? '';
  const data: unknown =
    text === '' ? undefined : /\bjson\b/.test(type) ? parse(response, text) : textOf(type, text);
  if (response.ok || response.status === 304) {
    return { data, response };
  }
  throw isProblemDocument(data) ? new ProblemError(response, data) : new ResponseError(response);
}

/** Whoever asks for a stream reads it. */
function isStream({ headers }: Response): boolean {
  return headers.get('content-type') === 'text/event-stream';
}

/** Files are returned as they are. Anything else isn't from us. */
function textOf(type: string, text: string): string | undefined {
  return type.startsWith('application/x-ndjson') ? text : undefined;
}

function parse(response: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ResponseError(response, `The body of the ${response.status} is malformed.`);
  }
}

function isProblemDocument(data: unknown): data is Problem {
  return typeof data === 'object' && data !== null && typeof (data as Problem).code === 'string';
}

function pathOf(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

/** By hand, since React Native's own URLSearchParams is incomplete. */
function queryOf(values: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/**
 * 128 random bits. `crypto.randomUUID` is missing from React Native, and from pages that were loaded over plain HTTP.
 * Without any `crypto`, chance will do: the key must be unique, but isn't a secret.
 */
function randomKey(): string {
  const bytes = new Uint8Array(16).map(() => Math.random() * 256);
  (globalThis.crypto as Partial<typeof crypto> | undefined)?.getRandomValues?.(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function within<T>(ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
