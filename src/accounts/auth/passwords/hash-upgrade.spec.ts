import { hash } from '@node-rs/argon2';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { useApiApp } from '../../../../test/support/api-app.js';
import { type SignedUp, signUp } from '../../../../test/support/factories.js';
import { hold } from '../../../../test/support/fixture.js';
import { eventually } from '../../../../test/support/servers.js';
import { query } from '../../../../test/support/stored.js';
import { ARGON2_PARAMETERS } from './password-hasher.js';

const { api, database } = useApiApp();
const SET_HASH = 'update accounts.passwords set hash = $2 where user_id = $1';
const CHANGED = 'changed on another device';

describe('a password hash with outdated parameters', () => {
  it('is replaced at the next sign-in', async () => {
    const user = await signUp(api);
    await setHash(user, await outdatedHashOf(user.password));
    expect((await api.login(user)).status).toBe(200);
    expect(await hashOf(user)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await api.login(user)).status).toBe(200);
  });

  it('is not replaced if the password changes during the sign-in', async () => {
    const user = await signUp(api);
    await setHash(user, await outdatedHashOf(user.password));
    const change = await hold(connected(new pg.Client(database.url)), (client) => client.end());
    await change.query('begin');
    await change.query(SET_HASH, [user.session.user.id, await hash(CHANGED, ARGON2_PARAMETERS)]);
    // The sign-in still reads the old hash. Its upgrade has to wait for the change.
    const signIn = api.login(user);
    await eventually(async () => expect(await waiting()).toBe(1));
    await change.query('commit');
    expect((await signIn).status).toBe(200);
    expect((await api.login(user)).status).toBe(401);
    expect((await api.login({ ...user, password: CHANGED })).status).toBe(200);
  });

  it('stays if the new one cannot be stored, and the sign-in succeeds', async () => {
    const user = await signUp(api);
    const outdated = await outdatedHashOf(user.password);
    await setHash(user, outdated);
    await query(
      database.url,
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
       create trigger refuse before update on accounts.passwords for each row execute function refuse()`,
    );
    await hold(undefined, () => query(database.url, 'drop function refuse cascade'));
    expect((await api.login(user)).status).toBe(200);
    expect(await hashOf(user)).toBe(outdated);
  });
});

function outdatedHashOf(password: string): Promise<string> {
  return hash(password, { ...ARGON2_PARAMETERS, timeCost: 1 });
}

async function setHash({ session }: SignedUp, value: string): Promise<void> {
  await query(database.url, SET_HASH, [session.user.id, value]);
}

async function connected(client: pg.Client): Promise<pg.Client> {
  await client.connect();
  return client;
}

async function hashOf({ session }: SignedUp): Promise<string | undefined> {
  const [row] = await query<{ hash: string }>(
    database.url,
    'select hash from accounts.passwords where user_id = $1',
    [session.user.id],
  );
  return row?.hash;
}

/** How many statements on passwords wait for a lock. */
async function waiting(): Promise<number> {
  const rows = await query(
    database.url,
    `select 1 from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query ilike '%update%passwords%'`,
  );
  return rows.length;
}
