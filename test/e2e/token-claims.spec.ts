import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { idOf } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';

const { api, admin, database } = useApiApp({ TOKEN_CLAIMS: 'plan, seats, constructor', ...WITH_ADMIN });

describe('access tokens', () => {
  it('have the chosen members of `appMetadata`, as they are when the token is made', async () => {
    const user = await signUp(api);
    expect(decodeJwt(user.session.accessToken)).not.toHaveProperty('plan');
    await admin.patch(`/users/${idOf(user)}`, {
      appMetadata: { plan: 'gold', seats: { used: 3 }, secret: 'x' },
    });
    const { body } = await api.refresh(user.session.refreshToken);
    const claims = decodeJwt(body.accessToken);
    expect(claims).toMatchObject({ sub: idOf(user), plan: 'gold', seats: { used: 3 } });
    expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['secret']));
    expect(Object.hasOwn(claims, 'constructor')).toBe(false);
    expect((await api.as(body).me()).status).toBe(200);
  });

  it('never have values that would make them too long', async () => {
    const user = await signUp(api);
    const path = `/users/${idOf(user)}`;
    const fits = 'x'.repeat(254);
    expect((await admin.patch(path, { appMetadata: { plan: fits } })).status).toBe(200);
    const refused = [
      await admin.patch(path, { appMetadata: { plan: `${fits}x` } }),
      await admin.post('/users', { email: aUser().email, appMetadata: { plan: `${fits}x` } }),
    ];
    for (const answer of refused) {
      const { errors } = expectProblem(answer, 400, 'invalid-input');
      expect(errors).toEqual([
        expect.objectContaining({ pointer: '/appMetadata/plan', code: 'too-large', maximum: 256 }),
      ]);
    }
    expect((await admin.patch(path, { appMetadata: { other: `${fits}x` } })).status).toBe(200);
    // Stored before the member was chosen.
    await query(database.url, `update accounts.users set app_metadata = $2 where id = $1`, [
      idOf(user),
      { plan: 'x'.repeat(5000), seats: 1 },
    ]);
    const claims = decodeJwt((await api.refresh(user.session.refreshToken)).body.accessToken);
    expect([claims['plan'], claims['seats']]).toEqual([undefined, 1]);
  });
});
