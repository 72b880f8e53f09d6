import { Injectable, Logger } from '@nestjs/common';
import { randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { Problem } from '#libs/problem';
import { reasonOf } from '#libs/telemetry';
import { AppConfig } from '../../../../config/index.js';
import { emailTaken, UsersService } from '../../users/index.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import { AccountMatching } from './account-matching.js';
import { ExchangeCodes } from './exchange-codes.js';
import { findIdentity } from './identity.repository.js';
import { identityTaken, invalidProviderResponse, providerUnavailable } from './oauth.errors.js';
import type { AuthorizationResponse, Provider, ProviderAccount } from './providers/provider.js';
import { Providers } from './providers/providers.js';
import { allowedRedirect, withResult } from './redirect-urls.js';
import { type LinkRequest, type SignInRequest, type SignInState, SignInStates } from './sign-in-state.js';

/** What the provider sent to our callback, with the state that we gave it. */
export type CallbackResponse = AuthorizationResponse & { readonly state?: string | undefined };

/** The browser that opens our callback. */
interface CallbackBrowser {
  readonly secret: string | undefined;
  readonly device: Device;
}

/** Leads people to a provider, and from there back to the application with a code. */
@Injectable()
export class OAuthSignInService {
  private readonly logger = new Logger(OAuthSignInService.name);

  constructor(
    private readonly database: Database,
    private readonly providers: Providers,
    private readonly states: SignInStates,
    private readonly matching: AccountMatching,
    private readonly users: UsersService,
    private readonly sessions: SessionCache,
    private readonly codes: ExchangeCodes,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param browser the secret that the browser keeps
   * @param link the ticket of someone who is signed in and wants to link the identity, as in `linkUrl`
   * @returns where to send the browser: to the provider, or back with an error if that's down
   * @throws Problem `unknown-provider`, `redirect-not-allowed`, `invalid-state`
   */
  async start(name: string, request: SignInRequest, browser: string, link?: string): Promise<string> {
    const provider = this.providers.get(name);
    const redirectTo = allowedRedirect(request.redirectTo, this.config.redirectUrls);
    const { codeChallenge } = request;
    const wanted = {
      redirectTo,
      codeChallenge,
      link: link === undefined ? null : this.states.openLink(name, { redirectTo, codeChallenge }, link),
    };
    return this.leadBackOnFailure(provider, redirectTo, () =>
      provider.authorizationUrl(this.callbackUrl(name), randomToken(), (attempt) =>
        this.states.seal(name, { ...wanted, ...attempt }, browser),
      ),
    );
  }

  /**
   * The URL with which the browser of a signed-in user starts a link.
   * @throws Problem `unknown-provider`, `redirect-not-allowed`
   */
  linkUrl(name: string, request: SignInRequest, link: LinkRequest): string {
    this.providers.get(name);
    const redirectTo = allowedRedirect(request.redirectTo, this.config.redirectUrls);
    const { codeChallenge } = request;
    const query = new URLSearchParams({
      redirectTo,
      codeChallenge,
      codeChallengeMethod: 'S256',
      link: this.states.sealLink(name, { redirectTo, codeChallenge }, link),
    });
    return `${this.urlOf(name)}?${query.toString()}`;
  }

  /** Whether the provider's response is a form that comes from its own page. */
  postsAnswer(name: string): boolean {
    return this.providers.get(name).postsAnswer;
  }

  /**
   * @param secret what the browser has kept, if it has
   * @returns where to send the browser, with a code or an error
   * @throws Problem `unknown-provider`, `invalid-state`
   */
  async finish(
    name: string,
    { state: sealed, ...response }: CallbackResponse,
    { secret, device }: CallbackBrowser,
  ): Promise<string> {
    const provider = this.providers.get(name);
    const state = this.states.open(name, sealed, secret);
    // A state of before a change of the configuration.
    const redirectTo = allowedRedirect(state.redirectTo, this.config.redirectUrls);
    return this.leadBackOnFailure(provider, redirectTo, async () => {
      const account = await provider.redeem(response, state, this.callbackUrl(name));
      const code = await (state.link
        ? this.acceptLink(provider, account, state, state.link)
        : this.accept(provider, account, state, device));
      return withResult(redirectTo, { code });
    });
  }

  /** @returns a code */
  private async accept(
    provider: Provider,
    account: ProviderAccount,
    state: SignInState,
    device: Device,
  ): Promise<string> {
    const { code, ended, user, isClaimed } = await this.twiceIfTaken(() =>
      this.database.transaction(async (em) => {
        const match = await this.matching.match(em, provider, account, device);
        return { ...match, code: await this.codes.issue(em, state, { user: match.user.id }) };
      }),
    );
    this.sessions.ended(ended);
    if (isClaimed) {
      this.users.invalidate(user.id);
    }
    return code;
  }

  /**
   * Stores nothing but the code: the identity is linked when that is exchanged. Whoever exchanges it started the link,
   * while this browser may have been led here by someone who wants to sign in as them.
   */
  private async acceptLink(
    { name: provider }: Provider,
    { subject, email }: ProviderAccount,
    state: SignInState,
    { user, epoch }: LinkRequest,
  ): Promise<string> {
    return this.database.transaction(async (em) => {
      const known = await findIdentity(em, provider, subject);
      if (known && known.user !== user) {
        throw identityTaken();
      }
      return this.codes.issue(em, state, { user, epoch, link: { provider, subject, email } });
    });
  }

  /** Of two sign-ins at the same moment, the second one finds what the first one has stored. */
  private async twiceIfTaken<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!emailTaken.is(error)) {
        throw error;
      }
      return work();
    }
  }

  /** The people in front of the browser can only go on in the application. What isn't a problem is a bug. */
  private async leadBackOnFailure(
    { name: provider }: Provider,
    redirectTo: string,
    work: () => Promise<string>,
  ): Promise<string> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      if (providerUnavailable.is(error) || invalidProviderResponse.is(error)) {
        const reason = reasonIn(error);
        this.logger.warn('a sign-in with a provider failed', { provider, code: error.code, reason });
      }
      return withResult(redirectTo, { error: error.code });
    }
  }

  private callbackUrl(name: string): string {
    return `${this.urlOf(name)}/callback`;
  }

  /** Of one version only, because providers know the callback by its URL. */
  private urlOf(name: string): string {
    return `${this.config.publicUrl}/v2/auth/oauth/${name}`;
  }
}

/** Our own words about a provider, or those of Node, without anything that the provider said. */
function reasonIn({ cause }: Problem): string | undefined {
  if (!(cause instanceof Error)) {
    return undefined;
  }
  return cause.cause === undefined ? cause.message : `${cause.message}: ${reasonOf(cause)}`;
}
