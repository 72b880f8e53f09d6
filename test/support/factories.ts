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

/** A user who can register: the address is unique and the password is strong. */
export function aUser(given: Partial<NewUser> = {}): NewUser {
  const name = randomBytes(6).toString('hex');
  return { email: `ada.${name}@acme.test`, password: `otters of ${name} are brave`, ...given };
}

export interface SignedUp extends NewUser {
  readonly session: SessionBody;
  /** Calls the API as this user. */
  readonly api: ApiClient;
}

/** Registers a user. */
export async function signUp(api: ApiClient, given: Partial<NewUser> = {}): Promise<SignedUp> {
  const user = aUser(given);
  const { status, body } = await api.register(user);
  if (status !== 201) {
    throw new Error(`the registration returned ${status}: ${JSON.stringify(body)}`);
  }
  return { ...user, session: body, api: api.as(body) };
}

/** Signs in again, as another device would. */
export async function signIn(api: ApiClient, user: NewUser): Promise<SignedUp> {
  const { status, body } = await api.login(user);
  if (status !== 200) {
    throw new Error(`the sign-in returned ${status}: ${JSON.stringify(body)}`);
  }
  return { ...user, session: body, api: api.as(body) };
}

/** The token in the link of a mail. */
export function tokenIn(mail: ReceivedMail | undefined): string {
  const token = /[?&]token=([\w-]+)/.exec(mail?.text ?? '')?.[1];
  if (token === undefined) {
    throw new Error('the mail has no link with a token');
  }
  return token;
}
