import { PassportStrategy } from '@nestjs/passport';
import OAuth2Strategy from 'passport-oauth2';
import { isJsonObject } from '#libs/json';
import type { AuthorizationAttempt } from './attempt.js';
import { nonsense, textOf } from './provider-http.js';
import { requestTokens, type TokenRequest } from './token-request.js';

/** What a request for authorization or tokens needs to know about the provider. */
export interface FlowOptions extends TokenRequest {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

export interface TokenResponse {
  readonly accessToken: string;
  readonly idToken: string | undefined;
}

/** How one run of a strategy ended. */
type Outcome =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'success'; readonly tokens: TokenResponse };

/** Keeps what passport-oauth2 would otherwise keep in `req.session`. It counts the parameters. */
interface StateStore {
  store(request: unknown, verifier: string, state: unknown, meta: unknown, done: Done<string>): void;
  verify(request: unknown, state: unknown, meta: unknown, done: Done<string>): void;
}

/** passport-oauth2 counts the parameters of its callback: with five, it passes the whole response. */
const ARITY = 5;

type Done<T> = (error: Error | null, value?: T) => void;

/**
 * Runs passport-oauth2. Passport's own middleware answers requests with `res.setHeader` and `res.end`, and keeps states
 * in `req.session`. Fastify has neither (nestjs/nest#5702, jaredhanson/passport-oauth2#136), so we call the strategy as
 * Passport itself does (passport-strategy, "Augmented Methods") and get its decision as a value. There's one strategy per
 * run, because endpoints and secrets may change and strategies keep what they are called with.
 */
class FlowStrategy extends PassportStrategy(OAuth2Strategy, 'oauth2', ARITY) {
  constructor(
    flow: FlowOptions,
    store: StateStore,
    private readonly parameters: Readonly<Record<string, string>> = {},
  ) {
    super({
      authorizationURL: flow.authorizationUrl,
      tokenURL: flow.tokenUrl,
      clientID: flow.clientId,
      clientSecret: flow.clientSecret,
      callbackURL: flow.redirectUri,
      scope: [...flow.scopes],
      pkce: true,
      state: true,
      // Its types don't know the form with PKCE.
      store: store as unknown as OAuth2Strategy.StateStore,
      skipUserProfile: true,
    });
    // The package's own requests have no limits.
    Object.assign(this._oauth2, {
      _request: (
        _method: string,
        url: string,
        _headers: object,
        body: string,
        _token: null,
        done: Done<string>,
      ) =>
        void requestTokens(url, body, flow).then(
          (tokens) => done(null, tokens),
          (error: Error) => done(error),
        ),
    });
  }

  override authorizationParams(): object {
    return this.parameters;
  }

  /** Passport's "user" are the tokens: whose they are is decided later. */
  validate(accessToken: string, _refreshToken: string, results: unknown): TokenResponse {
    return { accessToken, idToken: isJsonObject(results) ? textOf(results['id_token']) : undefined };
  }

  /** Strategies add themselves to Passport's register when they're made. Nobody looks up one of these. */
  getPassportInstance(): { readonly use: () => void } {
    return { use: () => undefined };
  }

  run(query: Readonly<Record<string, string>>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      Object.assign(this, {
        redirect: (url: string) => resolve({ kind: 'redirect', url }),
        success: (tokens: TokenResponse) => resolve({ kind: 'success', tokens }),
        fail: () => reject(nonsense('passport-oauth2 refused the response')),
        error: (error: Error) => reject(causeOf(error)),
      });
      // All that it reads of a request.
      this.authenticate({ query } as Parameters<OAuth2Strategy['authenticate']>[0], {});
    });
  }
}

/**
 * The URL to send the browser to. The state, which `seal` makes, carries the verifier of our own PKCE.
 * @param parameters in addition to those of OAuth 2
 */
export async function authorizationUrlOf(
  flow: FlowOptions,
  nonce: string,
  parameters: Readonly<Record<string, string>>,
  seal: (attempt: AuthorizationAttempt) => string,
): Promise<string> {
  const outcome = await new FlowStrategy(
    flow,
    {
      store: (_request, verifier, _state, _meta, done) => done(null, seal({ verifier, nonce })),
      verify: (_request, _state, _meta, done) => done(new Error('there is no response yet')),
    },
    parameters,
  ).run({});
  if (outcome.kind !== 'redirect') {
    throw new Error('passport-oauth2 made no authorization request');
  }
  return outcome.url;
}

/**
 * Exchanges the code. The caller has verified the state.
 * @throws Problem `provider-unavailable`, `invalid-provider-response`
 */
export async function tokensFor(
  flow: FlowOptions,
  code: string,
  { verifier }: AuthorizationAttempt,
): Promise<TokenResponse> {
  const outcome = await new FlowStrategy(flow, {
    store: (_request, _verifier, _state, _meta, done) => done(new Error('there is a response')),
    // What it takes for the verifier.
    verify: (_request, _state, _meta, done) => done(null, verifier),
  }).run({ code });
  if (outcome.kind !== 'success') {
    throw new Error('passport-oauth2 did not exchange the code');
  }
  return outcome.tokens;
}

/** `InternalOAuthError` keeps the error of our request as `oauthError`. */
function causeOf(error: Error): Error {
  const inner: unknown = 'oauthError' in error ? error.oauthError : error;
  return inner instanceof Error && inner.name === 'Problem' ? inner : nonsense(String(inner));
}
