import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Answer, ApiClient, UserBody } from './client.js';
import { signIn, type SignedUp, signUp } from './factories.js';
import { eventually } from './servers.js';
import { query } from './stored.js';

/** An ID that no user has. */
export const NOBODY = '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10';

export const idOf = ({ session }: Pick<SignedUp, 'session'>): string => session.user.id;

export function suspend(caller: ApiClient, user: SignedUp): Promise<Answer<UserBody>> {
  return caller.post(`/users/${idOf(user)}/suspend`);
}

export function restore(caller: ApiClient, user: SignedUp): Promise<Answer<UserBody>> {
  return caller.post(`/users/${idOf(user)}/restore`);
}

export function setRoles(
  caller: ApiClient,
  user: SignedUp,
  roles: readonly string[],
): Promise<Answer<UserBody>> {
  return caller.send('PUT', `/users/${idOf(user)}/roles`, { json: { roles } });
}

interface Administered {
  readonly api: ApiClient;
  readonly admin: ApiClient;
  readonly database: { readonly url: string };
}

/** Someone who has these roles, whether they exist or not. */
export async function userWithRoles({ api, database }: Administered, ...roles: string[]): Promise<SignedUp> {
  const user = await signUp(api);
  await query(database.url, 'update accounts.users set roles = $2 where id = $1', [idOf(user), roles]);
  return signIn(api, user);
}

/** Someone whose only role besides `user` grants these permissions. */
export async function userWithPermissions(at: Administered, ...permissions: string[]): Promise<SignedUp> {
  const role = `only-${createHash('sha256').update(permissions.join()).digest('hex').slice(0, 16)}`;
  const { status } = await at.admin.send('PUT', `/roles/${role}`, { json: { permissions } });
  expect([200, 201]).toContain(status);
  return userWithRoles(at, 'user', role);
}

/** Expects this status from each of these replicas, after a moment. */
export async function expectEverywhere(
  replicas: readonly { readonly api: ApiClient }[],
  caller: ApiClient,
  path: string,
  status: number,
): Promise<void> {
  await eventually(async () => {
    const answers = await Promise.all(replicas.map(({ api }) => caller.at(api.url).get(path)));
    expect(answers.map((answer) => answer.status)).toEqual(replicas.map(() => status));
  });
}
