import { expect } from '@jest/globals';
import type { SendNotification } from '#libs/contracts';
import { EmailChangeSaga } from '../../src/accounts/auth/email-change/email-change.saga.js';
import type { UsedApiApp } from './api-app.js';
import { aUser, type SignedUp } from './factories.js';
import { linkTokenOf, mailsInOutbox } from './mail-outbox.js';

/** A change that a user has asked for. */
export interface AskedChange {
  readonly newEmail: string;
  /** From the mail to the new address. */
  readonly confirmToken: string;
  /** From the warning to the old one. */
  readonly undoToken: string;
}

/** Asks for another address. */
export async function askForChange(
  app: UsedApiApp,
  user: SignedUp,
  newEmail = aUser().email,
): Promise<AskedChange> {
  // So that the mails are in the order in which they were sent, and the old address is warned each time.
  app.clock.advance({ minutes: 1 });
  const { status, body } = await user.api.post('/auth/email/change', { newEmail });
  expect([status, body]).toEqual([202, { status: 'accepted' }]);
  return {
    newEmail,
    confirmToken: linkTokenOf(await lastMail(app, user, 'confirm-email-change')),
    undoToken: linkTokenOf(await lastMail(app, user, 'email-change-requested')),
  };
}

/** Asks for another address and follows the link to it. */
export async function changeEmail(app: UsedApiApp, user: SignedUp, newEmail?: string): Promise<AskedChange> {
  const change = await askForChange(app, user, newEmail);
  expect((await app.api.post('/auth/email/change/confirm', { token: change.confirmToken })).status).toBe(204);
  return change;
}

/** Lets the changes go on whose time has come, as the worker does every minute. */
export async function wakeDue({ app, clock }: UsedApiApp): Promise<void> {
  const saga = app.get(EmailChangeSaga, { strict: false });
  for (const id of await saga.findDue(clock.now(), 100)) {
    await saga.wake(id, clock.now());
  }
}

export async function mailsAbout(
  app: UsedApiApp,
  { session }: SignedUp,
  template: string,
): Promise<SendNotification[]> {
  const mails = await mailsInOutbox(app, app.database.url, session.user.id);
  return mails.filter((mail) => mail.template === template);
}

export async function lastMail(
  app: UsedApiApp,
  user: SignedUp,
  template: string,
): Promise<SendNotification | undefined> {
  return (await mailsAbout(app, user, template)).at(-1);
}
