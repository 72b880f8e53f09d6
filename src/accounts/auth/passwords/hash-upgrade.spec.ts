import { setTimeout as delay } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { useApiApp } from '../../../../test/support/api-app.js';
import { type SignedUp, signUp } from '../../../../test/support/factories.js';
import { eventually } from '../../../../test/support/servers.js';
import { countWaiting, openTransaction, query, refuse } from '../../../../test/support/stored.js';
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
    const change = await openTransaction(database.url);
    await change.query(SET_HASH, [user.session.user.id, await hash(CHANGED, ARGON2_PARAMETERS)]);
    // The sign-in still reads the old hash. Its upgrade has to wait for the change.
    const signIn = api.login(user);
    await eventually(async () => expect(await countWaiting(database.url, '%update%passwords%')).toBe(1));
    expect(await Promise.race([signIn, delay(0)])).toBeUndefined();
    await change.query('commit');
    expect((await signIn).status).toBe(200);
    expect((await api.login(user)).status).toBe(401);
    expect((await api.login({ ...user, password: CHANGED })).status).toBe(200);
  });

  it('stays if the new one cannot be stored, and the sign-in succeeds', async () => {
    const user = await signUp(api);
    const outdated = await outdatedHashOf(user.password);
    await setHash(user, outdated);
    await refuse(database.url, 'update', 'accounts.passwords');
    const warn = jest.spyOn(Logger.prototype, 'warn');
    expect((await api.login(user)).status).toBe(200);
    expect(await hashOf(user)).toBe(outdated);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('retrying at the next sign-in'), expect.any(Error)],
    ]);
    warn.mockRestore();
  });
});

function outdatedHashOf(password: string): Promise<string> {
  return hash(password, { ...ARGON2_PARAMETERS, timeCost: 1 });
}

async function setHash({ session }: SignedUp, value: string): Promise<void> {
  await query(database.url, SET_HASH, [session.user.id, value]);
}

async function hashOf({ session }: SignedUp): Promise<string | undefined> {
  const [row] = await query<{ hash: string }>(
    database.url,
    'select hash from accounts.passwords where user_id = $1',
    [session.user.id],
  );
  return row?.hash;
}
