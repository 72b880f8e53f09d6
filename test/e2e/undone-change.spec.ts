import { describe, expect, it } from '@jest/globals';
import { ReplicaChannel } from '#libs/redis';
import { useApiApp } from '../support/api-app.js';
import { changeEmail, lastMail, mailsAbout } from '../support/email-changes.js';
import { eventually } from '../support/eventually.js';
import { signIn } from '../support/factories.js';
import { linkTokenOf } from '../support/mail-outbox.js';
import { addPasskey, signInWithPasskey } from '../support/passkeys.js';
import { signUpVerified } from '../support/verified-user.js';

const ORIGIN = 'https://app.acme.test';
const running = useApiApp({ APP_URL: ORIGIN });
const { api, clock } = running;

const undo = (token: string) => api.post('/auth/changes/undo', { token });

/** Replicas hear of their own changes, too. Until this one has, what it reads of an account isn't kept for long. */
async function ownChangesHeard(): Promise<void> {
  const channel = running.app.get(ReplicaChannel, { strict: false });
  let heard = 0;
  channel.on('test', () => (heard += 1));
  channel.publish('test', '');
  // Once at once, and once through Redis, which keeps the order.
  await eventually(() => expect(heard).toBe(2));
}

describe('an account of which a change was undone', () => {
  it('shows its owner at once what it was like before', async () => {
    const owner = await signUpVerified(running);
    const { device } = await addPasskey(owner.api, ORIGIN);
    clock.advance({ seconds: 1 });
    const thief = await signIn(api, owner);
    await addPasskey(thief.api, ORIGIN);
    const token = linkTokenOf(await lastMail(running, owner, 'passkey-added'));
    await thief.api.patch('/users/me', { signInNotifications: false });
    const { newEmail } = await changeEmail(running, thief);
    await ownChangesHeard();
    expect((await owner.api.me()).body).toMatchObject({ email: newEmail, signInNotifications: false });

    expect((await undo(token)).status).toBe(204);
    const { body: session } = await signInWithPasskey(api, device);
    const { body: profile } = await api.as(session).me();
    expect(profile).toMatchObject({ email: owner.email, signInNotifications: true });
  });

  it('keeps all passkeys but the last of three that were added in one millisecond', async () => {
    const user = await signUpVerified(running);
    const seen = new Set<string | undefined>();
    const added = [];
    for (let count = 0; count < 3; count += 1) {
      const { device } = await addPasskey(user.api, ORIGIN);
      // Mails of the same millisecond are in no order.
      const mails = await mailsAbout(running, user, 'passkey-added');
      const mail = mails.find(({ data }) => !seen.has(data['link']));
      seen.add(mail?.data['link']);
      added.push({ device, token: linkTokenOf(mail) });
    }
    expect((await undo(added[2]?.token ?? '')).status).toBe(204);
    const statuses = [];
    for (const { device } of added) {
      statuses.push((await signInWithPasskey(api, device)).status);
    }
    expect(statuses).toEqual([200, 200, 401]);
  });
});
