import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { EmailChangesPurge } from '../../src/accounts/auth/email-change/email-changes.purge.js';
import { useApiApp } from '../support/api-app.js';
import { askForChange, changeEmail, mailsAbout, wakeDue } from '../support/email-changes.js';
import { signIn } from '../support/factories.js';
import { userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const running = useApiApp();
const { api, clock, database } = running;

const confirm = (token: string) => api.post('/auth/email/change/confirm', { token });
const undo = (token: string) => api.post('/auth/email/change/undo', { token });

function purge(): Promise<number> {
  const accounts = running.app.get(Connections).database('accounts');
  return new EmailChangesPurge(accounts, clock).purge(AbortSignal.timeout(10_000));
}

describe('the link to a new address', () => {
  it('does nothing for someone who was suspended after they had asked for it', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken } = await askForChange(running, user);
    const { id } = user.session.user;
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [id]);
    expectProblem(await confirm(confirmToken), 400, 'invalid-token');
    expect(await userIdOf(running, user)).toBe(id);
    expect(await userIdOf(running, { email: newEmail })).toBe('');
  });

  it('is sent again if the first one has expired, and works', async () => {
    const user = await signUpVerified(running);
    const { newEmail } = await askForChange(running, user);
    clock.advance({ hours: 1 });
    await wakeDue(running);
    const again = await askForChange(running, await signIn(api, user), newEmail);
    expect(await mailsAbout(running, user, 'confirm-email-change')).toHaveLength(2);
    expect((await confirm(again.confirmToken)).status).toBe(204);
    expect(await userIdOf(running, { email: newEmail })).toBe(user.session.user.id);
  });
});

describe('the link in the first warning to an old address', () => {
  it('undoes the change for 72 hours, however soon that was confirmed', async () => {
    const [early, late] = [await signUpVerified(running), await signUpVerified(running)];
    const expired = await changeEmail(running, early);
    // A minute later.
    const valid = await changeEmail(running, late);
    clock.advance({ hours: 71, minutes: 59 });
    expectProblem(await undo(expired.undoToken), 400, 'invalid-token');
    expect((await undo(valid.undoToken)).status).toBe(204);
    expect(await userIdOf(running, late)).toBe(late.session.user.id);
  });

  it('about the last of three changes is void once the second is undone', async () => {
    const user = await signUpVerified(running);
    const first = await changeEmail(running, user);
    const second = await changeEmail(running, user);
    const third = await changeEmail(running, user);
    expect((await undo(second.undoToken)).status).toBe(204);
    expectProblem(await undo(third.undoToken), 400, 'invalid-token');
    expect(await userIdOf(running, { email: first.newEmail })).toBe(user.session.user.id);
  });
});

describe('what is deleted of changes of addresses', () => {
  it('is none that can still be undone', async () => {
    const user = await signUpVerified(running);
    const { undoToken } = await changeEmail(running, user);
    clock.advance({ hours: 71 });
    await purge();
    expect((await undo(undoToken)).status).toBe(204);
    expect(await userIdOf(running, user)).toBe(user.session.user.id);
  });

  it('includes addresses that were kept for too long, even if their time was missed', async () => {
    const user = await signUpVerified(running);
    await askForChange(running, user);
    const kept = () =>
      query(database.url, 'select 1 from accounts.reserved_addresses where user_id = $1', [
        user.session.user.id,
      ]);
    await purge();
    expect(await kept()).toHaveLength(1);
    clock.advance({ hours: 1, ms: 1 });
    await purge();
    expect(await kept()).toEqual([]);
  });
});
