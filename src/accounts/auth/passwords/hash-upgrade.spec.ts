import { setTimeout as delay } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { useApiApp } from '../../../../test/support/api-app.js';
import type { ProblemBody } from '../../../../test/support/client.js';
import { type SignedUp, signUp } from '../../../../test/support/factories.js';
import { FOREIGN_HASHES, FOREIGN_PASSWORD } from '../../../../test/support/foreign-hashes.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { eventually } from '../../../../test/support/servers.js';
import { countWaiting, openTransaction, query, refuse } from '../../../../test/support/stored.js';
import { reasonAgainstHash } from '../index.js';
import { ARGON2_PARAMETERS } from './password-hasher.js';

const { api, database } = useApiApp();
const SET_HASH = 'update accounts.passwords set hash = $2 where user_id = $1';
const CHANGED = 'changed on another device';
const OURS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

describe('a password hash with outdated parameters', () => {
  it('is replaced at the next sign-in', async () => {
    const user = await signUp(api);
    await setHash(user, await outdatedHashOf(user.password));
    expect((await api.login(user)).status).toBe(200);
    expect(await hashOf(user)).toMatch(OURS);
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

describe('a password hash from another system', () => {
  it.each(FOREIGN_HASHES)('is replaced by ours at the first sign-in: $format', async ({ hash: foreign }) => {
    expect(reasonAgainstHash(foreign)).toBeUndefined();
    const user = await signUp(api, { password: FOREIGN_PASSWORD });
    await setHash(user, foreign);
    expectProblem(await api.login({ ...user, password: CHANGED }), 401, 'invalid-credentials');
    expect(await hashOf(user)).toBe(foreign);
    expect((await api.login(user)).status).toBe(200);
    expect(await hashOf(user)).toMatch(OURS);
    expect((await api.login(user)).status).toBe(200);
    expectProblem(await api.login({ ...user, password: CHANGED }), 401, 'invalid-credentials');
  });

  it('is replaced by one for all Unicode forms of the password', async () => {
    const decomposed = 'gru\u0308\u00dfe aus Ko\u0308ln';
    const user = await signUp(api);
    await setHash(user, '$2b$04$BnKCGS4ldgFZE5FETik3FutnC.ikysmCJpzQmwXaB7EKRtBEuD/LW');
    expect((await api.login({ ...user, password: decomposed })).status).toBe(200);
    expect((await api.login({ ...user, password: decomposed.normalize('NFC') })).status).toBe(200);
  });

  it.each(FOREIGN_HASHES)(
    'proves who changes the password or steps up: $format',
    async ({ hash: foreign }) => {
      const user = await signUp(api);
      await setHash(user, foreign);
      const stepUp = (password: string) => user.api.post<ProblemBody>('/auth/step-up', { password });
      const change = (currentPassword: string) =>
        user.api.post<ProblemBody>('/auth/password/change', { currentPassword, newPassword: CHANGED });
      expectProblem(await stepUp(user.password), 401, 'invalid-credentials');
      expect((await stepUp(FOREIGN_PASSWORD)).status).toBe(200);
      expectProblem(await change(user.password), 401, 'invalid-credentials');
      expect((await change(FOREIGN_PASSWORD)).status).toBe(204);
      expect(await hashOf(user)).toMatch(OURS);
      expect((await api.login({ ...user, password: CHANGED })).status).toBe(200);
    },
  );
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
