import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { ListBody, UserBody } from '../support/client.js';
import { signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const { api, database } = running;

describe('a user whose roles were set in the database', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'Admin', 'superuser', ''])(
    'may do nothing with the unknown role "%s", and everything else still works',
    async (role) => {
      const someone = await signUp(api);
      await query(database.url, 'update accounts.users set roles = array[$2] where id = $1', [
        someone.session.user.id,
        role,
      ]);
      expectProblem(await someone.api.get('/users'), 403, 'forbidden');
      const again = await signIn(api, someone);
      expectProblem(await again.api.under('/v1').get('/users'), 403, 'forbidden');
      expect((await api.refresh(again.session.refreshToken)).status).toBe(200);
      expect((await again.api.me()).body.roles).toEqual([role]);
      const found = await running.admin.get<ListBody<UserBody>>(`/users?email=${someone.email}`);
      expect(found.body.items.map(({ roles }) => roles)).toEqual([[role]]);
    },
  );
});
