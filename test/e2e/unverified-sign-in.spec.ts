import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { aUser, type NewUser, signUp } from '../support/factories.js';
import { userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { hashings, prove, registerProven } from '../support/verify-first.js';

const immediate = useApiApp();
const verifyFirst = useApiApp({ REGISTRATION: 'verify-first' }, immediate);
const { database } = immediate;
const { api, clock } = verifyFirst;

const REFUSED = { unverified: '401 email-not-verified', invalid: '401 invalid-credentials' };

describe('signing in with an address that nobody has verified', () => {
  it('is refused with a code of its own, after the right password only', async () => {
    const user = aUser();
    await api.register(user);
    const refused = expectProblem(await api.login(user), 401, 'email-not-verified');
    expect(refused.detail).toContain('Follow the link');
    expect(await signIn({ ...user, password: 'a guess of mine' })).toBe(REFUSED.invalid);
    expect(await signIn(aUser())).toBe(REFUSED.invalid);
    await prove(verifyFirst, database.url, user);
    expect(await signIn(user)).toBe('200');
  });

  it('is refused like that for accounts from before `verify-first`, too', async () => {
    const { email, password } = await signUp(immediate.api);
    expect(await signIn({ email, password })).toBe(REFUSED.unverified);
    expect(await signIn({ email, password: 'a guess of mine' })).toBe(REFUSED.invalid);
    clock.advance({ hours: 8 * 24 });
    expect(await signIn({ email, password })).toBe(REFUSED.unverified);
  });

  it('does not tell suspended people more than a wrong password', async () => {
    for (const user of [await anOwner(), await signUp(immediate.api)]) {
      await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
        await userIdOf(verifyFirst, user),
      ]);
      expect(await signIn(user)).toBe(REFUSED.invalid);
    }
  });
});

describe('registering an address and signing in with it', () => {
  it('gets the same answers whether the address was free or taken, until the registration expires', async () => {
    const { email } = await anOwner();
    const answers: Record<string, string[][]> = {};
    for (const [name, address] of Object.entries({ free: aUser().email, taken: email })) {
      const [first, second, third] = [aUser(), aUser(), aUser()].map((user) => ({
        ...user,
        email: address,
      })) as [NewUser, NewUser, NewUser];
      const attempts = async () => [await signIn(first), await signIn(second), await signIn(third)];
      const seen = [await attempts()];
      await api.register(first);
      await api.register(second);
      seen.push(await attempts());
      await api.register(third);
      seen.push(await attempts());
      clock.advance({ hours: 3 * 24 });
      await api.register(second);
      clock.advance({ hours: 4 * 24 });
      seen.push(await attempts());
      clock.advance({ hours: 3 * 24 });
      answers[name] = [...seen, await attempts()];
    }
    const [invalid, unverified] = [REFUSED.invalid, REFUSED.unverified];
    expect(answers['taken']).toEqual([
      [invalid, invalid, invalid],
      [unverified, unverified, invalid],
      [unverified, unverified, unverified],
      [invalid, unverified, invalid],
      [invalid, invalid, invalid],
    ]);
    expect(answers['free']).toEqual(answers['taken']);
  });

  it('hashes as often whether the address was free or taken, and for a wrong password', async () => {
    const [stranger, squatter] = [aUser(), { ...aUser(), email: (await anOwner()).email }];
    await api.register(stranger);
    await api.register(squatter);
    const wrong = { ...stranger, password: 'a guess of mine' };
    for (const credentials of [stranger, squatter, wrong, aUser()]) {
      const before = await hashings(verifyFirst);
      await signIn(credentials);
      expect((await hashings(verifyFirst)) - before).toBe(2);
    }
  });

  it('does not show when the owner confirms their own registration', async () => {
    const owner = aUser();
    const stranger = { ...aUser({ displayName: 'Mallory' }), email: owner.email };
    await api.register(owner);
    await api.register(stranger);
    expect(await signIn(stranger)).toBe(REFUSED.unverified);
    await prove(verifyFirst, database.url, owner);
    expect(await signIn(stranger)).toBe(REFUSED.unverified);
    expect(await signIn(owner)).toBe('200');
    expect(await registrationsOf(owner)).toEqual([DECOY]);
  });

  it('keeps nothing personal of a registration that cannot be confirmed', async () => {
    const owner = await anOwner();
    const stranger = aUser({ displayName: 'Mallory', locale: 'fr', timezone: 'Europe/Paris' });
    await api.register({ ...stranger, email: owner.email });
    expect(await registrationsOf(owner)).toEqual([DECOY]);
  });
});

const DECOY = { decoy: true, browser_hash: '', display_name: null, locale: null, timezone: null };

function registrationsOf(user: NewUser): Promise<unknown[]> {
  return userIdOf(verifyFirst, user).then((id) =>
    query(
      database.url,
      `select decoy, browser_hash, display_name, locale, timezone
         from accounts.pending_registrations where user_id = $1`,
      [id],
    ),
  );
}

/** @returns the status, and the code of the problem if there is one */
async function signIn({ email, password }: Pick<NewUser, 'email' | 'password'>): Promise<string> {
  const { status, body } = await api.login({ email, password });
  const { code } = body as { code?: string };
  return code === undefined ? `${status}` : `${status} ${code}`;
}

/** Someone who registered and verified their address. */
async function anOwner(): Promise<NewUser> {
  const owner = aUser();
  await registerProven(verifyFirst, database.url, owner);
  return owner;
}
