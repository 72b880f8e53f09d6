import { randomBytes } from 'node:crypto';
import type { ApiClient, SessionBody } from './client.js';
import type { ReceivedMail } from './received-mail.js';

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly displayName?: string | null;
  readonly locale?: string;
  readonly timezone?: string;
}

/** Somebody who could register: nobody else has the address, and the password is good. */
export function aUser(given: Partial<NewUser> = {}): NewUser {
  const name = randomBytes(6).toString('hex');
  return { email: `ada.${name}@acme.test`, password: `otters of ${name} are brave`, ...given };
}

export interface SignedUp extends NewUser {
  readonly session: SessionBody;
  /** Speaks for this user. */
  readonly api: ApiClient;
}

/** Somebody who has registered. */
export async function signUp(api: ApiClient, given: Partial<NewUser> = {}): Promise<SignedUp> {
  const user = aUser(given);
  const { status, body } = await api.register(user);
  if (status !== 201) {
    throw new Error(`the registration was answered with ${status}: ${JSON.stringify(body)}`);
  }
  return { ...user, session: body, api: api.as(body) };
}

/** Signs in again, as another device does. */
export async function signIn(api: ApiClient, user: NewUser): Promise<SignedUp> {
  const { status, body } = await api.login(user);
  if (status !== 200) {
    throw new Error(`the sign-in was answered with ${status}: ${JSON.stringify(body)}`);
  }
  return { ...user, session: body, api: api.as(body) };
}

/** The token of the link in a mail. */
export function tokenIn(mail: ReceivedMail | undefined): string {
  const token = /[?&]token=([\w-]+)/.exec(mail?.text ?? '')?.[1];
  if (token === undefined) {
    throw new Error('there is no link with a token in the mail');
  }
  return token;
}
