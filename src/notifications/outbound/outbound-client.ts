import { lookup } from 'node:dns';
import http, { type AgentOptions, type ClientRequest } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '#libs/clock';
import { AddressRefused, checkedLookup, type Resolver } from './checked-lookup.js';
import { drain, send } from './exchange.js';
import { codeOf, failureReason } from './failure-reason.js';
import { isReachable, Networks } from './reachable-address.js';
import { retryAfterSeconds } from './retry-after.js';
import { hostOf, parseOutboundUrl } from './outbound-url.js';

/** Options for calls. */
export interface OutboundClientOptions {
  /** CIDR blocks that may be called although they aren't public, also over plain http. */
  readonly allowedNetworks: readonly string[];
  /** Reads dates in Retry-After. */
  readonly clock: Clock;
  /** How long a call may take: name, connection, TLS, and the headers of the answer. 15 s if absent. */
  readonly deadlineMs?: number;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** `dns.lookup` if absent. */
  readonly resolver?: Resolver;
}

/** What to send. */
export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What became of a call. A reason never contains the URL, the name or the address of the receiver. */
export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** What the receiver asks for, without an upper limit. */
      readonly retryAfterSeconds: number | null;
      /** Until the headers of the answer. */
      readonly durationMs: number;
    }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly durationMs: number }
  /** The address may not be called. No connection was attempted. */
  | { readonly kind: 'refused'; readonly reason: string };

const DEADLINE_MS = 15_000;
/** More than calls at a time, so that none waits for the connection of another, even to the same host. */
const CONNECTIONS_PER_HOST = 64;
const IDLE_CONNECTIONS_PER_HOST = 2;
const IDLE_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** The same for all addresses, so that no one can explore our network with it. */
const REFUSED: OutboundAnswer = { kind: 'refused', reason: 'the address is not allowed' };

/**
 * Calls URLs that customers or users chose, so it must not be a way into our own network (OWASP API7:2023, server-side request
 * forgery). Redirects aren't followed, and proxies aren't used.
 */
export class OutboundClient {
  private readonly allowed: Networks;
  private readonly http: http.Agent;
  private readonly https: https.Agent;

  /** @throws TypeError if an allowed network isn't a CIDR block */
  constructor(private readonly options: OutboundClientOptions) {
    this.allowed = new Networks(options.allowedNetworks);
    this.http = new http.Agent(this.agentOptions('http:'));
    this.https = new https.Agent({
      ...this.agentOptions('https:'),
      ca: options.ca,
      // Set here, because NODE_TLS_REJECT_UNAUTHORIZED would change the default.
      rejectUnauthorized: true,
    });
  }

  /** Never throws. If `signal` aborts, the receiver may or may not have got the request. */
  async post(request: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const url = parseOutboundUrl(request.url);
    if (!(url instanceof URL) || !this.mayResolve(url)) {
      return REFUSED;
    }
    const startedAt = performance.now();
    const ended = new AbortController();
    const endWith = (code: string) => () => ended.abort(Object.assign(new Error(code), { code }));
    const onAbort = endWith('ABORT_ERR');
    const timer = setTimeout(endWith('ETIMEDOUT'), this.options.deadlineMs ?? DEADLINE_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    try {
      return await this.exchange(url, request, ended.signal, startedAt);
    } catch (error) {
      return error instanceof AddressRefused
        ? REFUSED
        : { kind: 'unreachable', reason: failureReason(error), durationMs: since(startedAt) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Destroys all connections, idle or not. */
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private async exchange(
    url: URL,
    { headers, body }: OutboundRequest,
    signal: AbortSignal,
    startedAt: number,
  ): Promise<OutboundAnswer> {
    for (;;) {
      signal.throwIfAborted();
      const request = this.requestTo(url, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
      try {
        const answer = await send(request, body, signal);
        const durationMs = since(startedAt);
        await drain(answer);
        return {
          kind: 'answered',
          status: answer.statusCode ?? 0,
          retryAfterSeconds: retryAfterSeconds(answer.headers['retry-after'], this.options.clock.millis()),
          durationMs,
        };
      } catch (error) {
        // Receivers close idle connections at any time. Each such failure uses one up, so this ends with a new one.
        if (!request.reusedSocket || !['ECONNRESET', 'EPIPE'].includes(codeOf(error))) {
          throw error;
        }
      }
    }
  }

  private requestTo(url: URL, headers: Record<string, string>): ClientRequest {
    const host = hostOf(url);
    const module = url.protocol === 'https:' ? https : http;
    return module.request({
      method: 'POST',
      agent: url.protocol === 'https:' ? this.https : this.http,
      host,
      port: url.port,
      path: url.pathname + url.search,
      // Last, so that no header of the caller's can change which name the certificate has to be for.
      headers: { ...headers, host: url.host },
      // Certificates of addresses are requested without a name (RFC 6066, section 3).
      servername: isIP(host) === 0 ? host : '',
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  }

  private agentOptions(protocol: string): AgentOptions {
    return {
      keepAlive: true,
      maxSockets: CONNECTIONS_PER_HOST,
      maxFreeSockets: IDLE_CONNECTIONS_PER_HOST,
      timeout: IDLE_MS,
      autoSelectFamily: true,
      lookup: checkedLookup(this.options.resolver ?? lookup, (address) => this.mayCall(protocol, address)),
    };
  }

  /** False for addresses that may not be called. Sockets don't look those up, so `lookup` doesn't see them. */
  private mayResolve(url: URL): boolean {
    const host = hostOf(url);
    return isIP(host) === 0 || this.mayCall(url.protocol, host);
  }

  private mayCall(protocol: string, address: string): boolean {
    return protocol === 'http:' ? this.allowed.includes(address) : isReachable(address, this.allowed);
  }
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
