import { expect } from '@jest/globals';
import type { UsedApiApp } from './api-app.js';
import { type NewUser, type SignedUp, signUp } from './factories.js';
import { linkTokenOf, mailsInOutbox } from './mail-outbox.js';

/** Someone whose address is verified. @param from where they sign up */
export async function signUpVerified(
  app: UsedApiApp,
  given: Partial<NewUser> = {},
  from = app.api,
): Promise<SignedUp> {
  const user = await signUp(from, given);
  const [mail] = await mailsInOutbox(app, app.database.url, user.session.user.id);
  expect((await app.api.verify(linkTokenOf(mail))).status).toBe(204);
  return user;
}
