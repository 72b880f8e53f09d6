import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { hold, useFixture } from './fixture.js';

type Endpoint = 'discovery' | 'keys' | 'authorize' | 'token' | 'userinfo' | 'emails';

export interface ReceivedRequest {
  readonly endpoint: Endpoint;
  readonly headers: IncomingMessage['headers'];
  readonly parameters: URLSearchParams;
}

/** Answers a request in another way than a provider should. */
export type Behaviour = (
  response: ServerResponse,
  request: ReceivedRequest,
  behaveWell: () => void | Promise<void>,
) => void | Promise<void>;

interface Unruliness {
  /** What it says of the account in front of the browser: in the ID token, and of OAuth 2 in the userinfo. */
  claims: Readonly<Record<string, unknown>>;
  /** What it says in the userinfo instead. */
  userinfo: Readonly<Record<string, unknown>> | undefined;
  emails: unknown;
  /** Changes the ID token. @returns the whole token, or what to sign */
  token: (
    claims: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>> | string | Promise<string>;
  header: Readonly<Record<string, unknown>>;
  /** Changes the response to our callback. */
  respond: (parameters: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, unknown>>;
  /** Exchanges codes without the verifier, and again and again. */
  careless: boolean;
  endpoints: Partial<Record<Endpoint, Behaviour>>;
}

export interface UnrulyProvider {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly key: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey; readonly jwk: JWK };
  readonly requests: ReceivedRequest[];
  /** Behaves well again, except for this. */
  be(unruly: Partial<Unruliness>): void;
}

interface Granted {
  readonly parameters: URLSearchParams;
}

/** A provider of OpenID Connect and OAuth 2 that can do everything wrong. */
export function useUnrulyProvider(): UnrulyProvider {
  return useFixture(() => hold(startUnrulyProvider(), ({ stop }) => stop()));
}

/** It never answers. */
export const SLOW: Behaviour = () => undefined;
export const DOWN: Behaviour = (response) => void response.writeHead(500).end();
export const REFUSES: Behaviour = (response) => void response.writeHead(400).end('{"error":"invalid_grant"}');
export const NONSENSE: Behaviour = (response) => void response.end('<!doctype html><p>Maintenance');
export const NULL: Behaviour = (response) => void response.end('null');
export const HANGS_UP: Behaviour = (response) => void response.destroy();
/** It's right, but followed by megabytes of space. */
export const HUGE: Behaviour = (response, _request, behaveWell) => {
  const end = response.end.bind(response) as (text: string) => ServerResponse;
  const padded = (text: string): ServerResponse => end(text + ' '.repeat(10 * 1024 * 1024));
  Object.assign(response, { end: padded });
  return behaveWell();
};
export const REDIRECTS: Behaviour = (response) =>
  void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end();

async function startUnrulyProvider(): Promise<UnrulyProvider & { readonly stop: () => Promise<void> }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'the-key', alg: 'RS256' };
  const requests: ReceivedRequest[] = [];
  const [clientId, clientSecret] = ['gatehouse-tests', 'a secret that only the two of us know'];
  const usual: Unruliness = {
    claims: {},
    userinfo: undefined,
    emails: [],
    token: (claims) => claims,
    header: {},
    respond: (parameters) => parameters,
    metadata: {},
    careless: false,
    endpoints: {},
  };
  let present = usual;
  const codes = new Map<string, Granted>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const parameters = request.method === 'POST' ? new URLSearchParams(await text(request)) : searchParams;
    const endpoint = endpointAt(pathname);
    if (!endpoint) {
      response.writeHead(404).end();
      return;
    }
    const received = { endpoint, headers: request.headers, parameters };
    requests.push(received);
    const behaveWell = (): void | Promise<void> => well[endpoint](response, received);
    const behaviour: Behaviour = present.endpoints[endpoint] ?? behaveWell;
    await behaviour(response, received, behaveWell);
  }

  const json = (response: ServerResponse, value: unknown): void =>
    void response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

  const well: Record<Endpoint, (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>> =
    {
      discovery: (response) =>
        json(response, {
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/keys`,
          userinfo_endpoint: `${url}/userinfo`,
          token_endpoint_auth_methods_supported: ['client_secret_post'],
          ...present.metadata,
        }),
      keys: (response) => json(response, { keys: [jwk] }),
      authorize: (response, { parameters }) => {
        const code = randomUUID();
        codes.set(code, { parameters });
        const target = new URL(parameters.get('redirect_uri') ?? '');
        const fields = present.respond({ code, state: parameters.get('state') ?? '' });
        if (parameters.get('response_mode') === 'form_post') {
          response.end(formOf(target.href, fields));
          return;
        }
        Object.entries(fields).forEach(([name, value]) => target.searchParams.set(name, value));
        response.writeHead(302, { location: target.href }).end();
      },
      token: async (response, { parameters, headers }) => {
        const granted = codes.get(parameters.get('code') ?? '');
        if (!present.careless) {
          codes.delete(parameters.get('code') ?? '');
        }
        const challenge = createHash('sha256')
          .update(parameters.get('code_verifier') ?? '')
          .digest('base64url');
        const secret = parameters.get('client_secret') ?? secretIn(headers.authorization);
        // Apple's secrets are tokens.
        const isClient = secret === clientSecret || secret.split('.').length === 3;
        if (
          !isClient ||
          !granted ||
          (!present.careless && granted.parameters.get('code_challenge') !== challenge) ||
          granted.parameters.get('redirect_uri') !== parameters.get('redirect_uri')
        ) {
          response.statusCode = 400;
          json(response, { error: isClient ? 'invalid_grant' : 'invalid_client' });
          return;
        }
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: url,
          aud: clientId,
          iat: now,
          exp: now + 300,
          nonce: granted.parameters.get('nonce'),
          ...present.claims,
        };
        json(response, {
          access_token: 'an access token',
          token_type: 'Bearer',
          ...(granted.parameters.get('scope')?.includes('read:user')
            ? {}
            : { id_token: await signed(claims) }),
        });
      },
      userinfo: (response) => json(response, present.userinfo ?? present.claims),
      emails: (response) => json(response, present.emails),
    };

  async function signed(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const changed = await present.token(claims);
    return typeof changed === 'string'
      ? changed
      : new SignJWT(changed)
          .setProtectedHeader({ alg: 'RS256', kid: 'the-key', ...present.header })
          .sign(privateKey, { crit: { unknown: true } });
  }

  return {
    url,
    clientId,
    clientSecret,
    key: { privateKey, publicKey, jwk },
    requests,
    be: (unruly) => {
      present = { ...usual, ...unruly };
      requests.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** RFC 6749, section 2.3.1. */
function secretIn(authorization = ''): string {
  const credentials = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  return new URLSearchParams(`secret=${credentials.split(':')[1]}`).get('secret') ?? '';
}

function endpointAt(path: string): Endpoint | undefined {
  switch (path) {
    case '/.well-known/openid-configuration':
      return 'discovery';
    case '/userinfo/emails':
      return 'emails';
    case '/keys':
    case '/authorize':
    case '/token':
    case '/userinfo':
      return path.slice(1) as Endpoint;
    default:
      return undefined;
  }
}

function formOf(action: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
  );
  return `<!doctype html><form method="post" action="${action}">${inputs.join('')}</form>`;
}
