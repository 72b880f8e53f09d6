import { expect, it, jest } from '@jest/globals';
import type { ListBody } from '../support/client.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import type { JobBody } from '../support/imports.js';
import { linesOf } from '../support/log-lines.js';
import { eventually } from '../support/servers.js';
import { expectSameUsers, useServicesApart } from '../support/services-apart.js';
import { query } from '../support/stored.js';

jest.setTimeout(60_000);

const apart = useServicesApart();

/** What an earlier release makes of these messages. */
const UNKNOWN = {
  'user.email-verified': /unknown message "user\.email-verified" in this release/,
  'user.updated': /in this release, not a valid UserUpdated: changed \(whitelistValidation\)/,
};

function waiting(): Promise<{ type: string }[]> {
  return query(apart.database.url, 'select type from accounts.outbox order by type');
}

/** The first mail to someone. */
async function mailTo({ email }: SignedUp) {
  return eventually(() => {
    const [mail] = apart.sink.mailsTo(email);
    expect(mail).toBeDefined();
    return mail;
  });
}

it('a message that the running release does not know, or not like this, waits for one that does', async () => {
  await apart.notifications.restart({
    NODE_OPTIONS: '--import ./test/support/earlier-release.mjs',
    UNKNOWN_MESSAGES: 'user.email-verified',
    UNKNOWN_FIELDS: 'changed',
  });
  const { api } = apart.api;
  const ada = await signUp(api);
  expect((await api.verify(tokenIn(await mailTo(ada)))).status).toBe(204);
  expect((await ada.api.patch('/users/me', { displayName: 'Ada' })).status).toBe(200);
  for (const reason of Object.values(UNKNOWN)) {
    await eventually(() =>
      expect(linesOf(apart.notifications).map(({ msg }) => msg)).toContainEqual(
        expect.stringMatching(reason),
      ),
    );
  }
  // Others don't wait for it.
  await mailTo(await signUp(api));
  await eventually(async () =>
    expect((await waiting()).map(({ type }) => type)).toEqual(Object.keys(UNKNOWN)),
  );
  const { body } = await apart.admin.get<ListBody<JobBody>>('/jobs?state=failed');
  expect(body.items).toEqual([]);

  await apart.notifications.restart();
  await eventually(async () => expect(await waiting()).toEqual([]), { timeoutMs: 30_000 });
  await expectSameUsers(apart);
});
