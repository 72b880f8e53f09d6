import { Injectable } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { defineKeyedValue, equalInConstantTime, hashToken, SealBrokenError, Sealer } from '#libs/crypto';
import { invalidState } from './oauth.errors.js';
import type { AuthorizationAttempt } from './providers/attempt.js';

export const STATE_LIFETIME_MS = 10 * 60 * 1000;
/** Longer than any state of ours, which consists of a redirect URL and a few hundred characters, in base64. */
export const STATE_MAX_LENGTH = 4096;

/** How an application starts a sign-in. */
export interface SignInRequest {
  /** An allowed URL. */
  readonly redirectTo: string;
  /** The SHA-256 of what the application keeps (RFC 7636). */
  readonly codeChallenge: string;
}

/** Whom to link the identity to, instead of signing its user in. */
export interface LinkRequest {
  readonly user: string;
  /** The user's session epoch when they asked for it. */
  readonly epoch: number;
}

/** What we need to know when the provider responds. It travels through the browser, sealed. */
export interface SignInState extends SignInRequest, AuthorizationAttempt {
  readonly id: string;
  /** The hash of the secret that the browser keeps in a cookie, so that the state is of no use in another one. */
  readonly browser: string;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly link: LinkRequest | null;
}

/** Seals the states of sign-ins, and the tickets with which links to an identity are started. */
@Injectable()
export class SignInStates {
  constructor(
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  seal(
    provider: string,
    request: SignInRequest & AuthorizationAttempt & { readonly link: LinkRequest | null },
    browser: string,
  ): string {
    const now = this.clock.now();
    const state: SignInState = {
      ...request,
      id: this.ids.next(now),
      browser: hashToken(browser),
      expiresAt: now.getTime() + STATE_LIFETIME_MS,
    };
    return this.sealer.sealJson(state, stateOf(provider));
  }

  /**
   * @param provider who responds. A state of another provider is invalid (mix-up, RFC 9700, section 4.4)
   * @throws Problem `invalid-state`
   */
  open(provider: string, sealed: string | undefined, browser: string | undefined): SignInState {
    const state = this.openSealed<SignInState>(sealed, stateOf(provider));
    if (
      browser === undefined ||
      !equalInConstantTime(state.browser, hashToken(browser)) ||
      state.expiresAt <= this.clock.millis()
    ) {
      throw invalidState();
    }
    return state;
  }

  /** Lets the browser of a signed-in user start a link with this request, and with no other. */
  sealLink(provider: string, request: SignInRequest, link: LinkRequest): string {
    const ticket: Ticket = { ...link, expiresAt: this.clock.millis() + STATE_LIFETIME_MS };
    return this.sealer.sealJson(ticket, linkOf(provider, request));
  }

  /** @throws Problem `invalid-state` */
  openLink(provider: string, request: SignInRequest, sealed: string): LinkRequest {
    const { user, epoch, expiresAt } = this.openSealed<Ticket>(sealed, linkOf(provider, request));
    if (expiresAt <= this.clock.millis()) {
      throw invalidState();
    }
    return { user, epoch };
  }

  private openSealed<T>(sealed: string | undefined, context: string): T {
    if (sealed === undefined || sealed.length > STATE_MAX_LENGTH) {
      throw invalidState();
    }
    try {
      return this.sealer.openJson(sealed, context) as T;
    } catch (error) {
      throw error instanceof SealBrokenError ? invalidState({ cause: error }) : error;
    }
  }
}

interface Ticket extends LinkRequest {
  readonly expiresAt: number;
}

function stateOf(provider: string): string {
  return `oauth:state:${provider}`;
}

function linkOf(provider: string, { redirectTo, codeChallenge }: SignInRequest): string {
  return `oauth:link:${provider}:${codeChallenge}:${redirectTo}`;
}

defineKeyedValue('sign-ins at a provider', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: STATE_LIFETIME_MS,
  otherwise: 'whoever is at the provider has to start again',
});
