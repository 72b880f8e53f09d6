import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Sealer } from '#libs/crypto';
import { useApiApp } from '../../../test/support/api-app.js';
import type { ListBody, UserBody } from '../../../test/support/client.js';
import { aUser, type SignedUp, signUp } from '../../../test/support/factories.js';
import { WITH_ADMIN } from '../../../test/support/use-app.js';

const { admin, api } = useApiApp(WITH_ADMIN);

/** An address that is decrypted again shows nowhere else: the responses stay the same. */
describe('the number of addresses decrypted', () => {
  let opened: jest.SpiedFunction<Sealer['open']>;
  let user: SignedUp;

  beforeEach(async () => {
    user = await signUp(api);
    opened = jest.spyOn(Sealer.prototype, 'open');
  });
  afterEach(() => {
    opened.mockRestore();
  });

  it('is 0 for a registration', async () => {
    expect((await api.register(aUser())).status).toBe(201);
    expect(opened).not.toHaveBeenCalled();
  });

  it('is 1 for a sign-in', async () => {
    expect((await api.login(user)).body.user.email).toBe(user.email);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it('is 1 for an update of the profile', async () => {
    const { body } = await user.api.patch<UserBody>('/users/me', { displayName: 'Ada' });
    expect(body).toMatchObject({ email: user.email, displayName: 'Ada' });
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it('is 1 for a profile, and 0 when it is read again', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect((await user.api.me()).body.email).toBe(user.email);
      expect(opened).toHaveBeenCalledTimes(1);
    }
  });

  it('is the number of users for a list of them', async () => {
    await Promise.all(Array.from({ length: 5 }, () => signUp(api)));
    opened.mockClear();
    const { items } = (await admin.get<ListBody<UserBody>>('/users?limit=100')).body;
    expect(items.length).toBeGreaterThanOrEqual(6);
    expect(opened.mock.calls.map(([, context]) => context).sort()).toEqual(
      items.map(({ id }) => `user:${id}:email`).sort(),
    );
  });
});
