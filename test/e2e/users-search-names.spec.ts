import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ListBody, UserBody } from '../support/client.js';
import { signUp } from '../support/factories.js';
import { type App, useApp, WITH_ADMIN } from '../support/use-app.js';
import { useEmptyDatabase } from '../support/use-servers.js';
import { query } from '../support/stored.js';

const NAMES = [
  'ΟΔΥΣΣΕΥΣ',
  'İstanbul',
  'E\u0301mile',
  'Straße',
  'ÉCOLE',
  'نگار علی‌رضا',
  'Ｆｉｏｎａ',
  'ﷺ'.repeat(100),
  '👨🏻‍❤️‍💋‍👨🏿'.repeat(100),
  'Ada @ Acme',
];

const databaseInC = useEmptyDatabase("ENCODING 'UTF8' LOCALE_PROVIDER libc LC_CTYPE 'C' LC_COLLATE 'C'");
const withC = useApp('api', WITH_ADMIN, { database: databaseInC });
const withDefault = useApp('api', WITH_ADMIN);

describe.each<[string, App]>([
  ['whose locale is C', withC],
  ['with the default locale', withDefault],
])('in a database %s', (_, app) => {
  beforeAll(async () => {
    for (const displayName of NAMES) {
      await signUp(app.api, { displayName });
    }
  });

  it.each(NAMES)(
    'finds %s by the very name shown, in upper and lower case, composed or not',
    async (name) => {
      const spellings = [
        name,
        name.toUpperCase(),
        name.toLowerCase(),
        name.normalize('NFC'),
        name.normalize('NFD'),
      ];
      for (const q of new Set(spellings)) {
        expect([q, await found(app, q)]).toEqual([q, [name]]);
      }
    },
  );

  it('finds a user by the new name after a change, and no longer by the old one', async () => {
    const user = await signUp(app.api, { displayName: 'Before' });
    await user.api.patch('/users/me', { displayName: 'ΆΛΛΟΣ' });
    expect(await found(app, 'before')).toEqual([]);
    expect(await found(app, 'άλλος')).toEqual(['ΆΛΛΟΣ']);
    await user.api.patch('/users/me', { locale: 'de' });
    expect(await found(app, 'άλλος')).toEqual(['ΆΛΛΟΣ']);
    await user.api.patch('/users/me', { displayName: null });
    expect(await found(app, 'άλλος')).toEqual([]);
  });

  it('finds no one by a text that has nothing to compare', async () => {
    for (const q of ['\u200b', ' ', '\u00ad\u200d']) {
      expect(await found(app, q)).toEqual([]);
    }
  });

  it('uses the index for the beginning of a name', async () => {
    const url = new URL(app.database.url);
    // A table this small is read as a whole otherwise.
    url.searchParams.set('options', '-c enable_seqscan=off');
    const plan = await query(url.href, `explain select id from accounts.users where search_key like 'ada%'`);
    expect(JSON.stringify(plan)).toContain('users_search_key_index');
  });
});

async function found({ admin }: App, q: string): Promise<(string | null)[]> {
  const { status, body } = await admin.get<ListBody<UserBody>>(`/users?q=${encodeURIComponent(q)}`);
  expect(status).toBe(200);
  return body.items.map(({ displayName }) => displayName);
}
