import { describe, expect, it } from '@jest/globals';
import {
  getMe,
  getUser,
  listUsers,
  register,
  updateMe,
  verifyEmail,
} from '../../sdk/typescript/src/generated/operations.gen.js';
import {
  type Gatehouse,
  isProblem,
  type ProblemCode,
  type ProblemCodeOf,
  ProblemError,
  ResponseError,
} from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { aUser } from '../support/factories.js';
import { aDevice, failure } from './devices.js';

const { api } = useApiApp();

describe('A problem in the TypeScript SDK', () => {
  it('is told by its code', async () => {
    const { gatehouse } = aDevice(api.url);
    const user = aUser();
    await gatehouse.signUp(user);
    const error = await failure(gatehouse.signUp(user));
    expect(isProblem(error)).toBe(true);
    expect(isProblem(error, 'email-taken')).toBe(true);
    expect(isProblem(error, 'weak-password', 'email-taken')).toBe(true);
    expect(isProblem(error, 'weak-password')).toBe(false);
    expect(isProblem(new Error('email-taken'), 'email-taken')).toBe(false);
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as Error).message).toMatch(/\(email-taken, request [\w-]+\)$/);
  });

  it('lists the invalid fields', async () => {
    const error = await failure(aDevice(api.url).gatehouse.signUp({ email: 'ada', password: 'x' }));
    if (!isProblem(error, 'invalid-input')) {
      throw error;
    }
    expect(error.errors.map(({ pointer }) => pointer)).toEqual(['/email', '/password']);
    const taken = new ProblemError(new Response(), { ...error.problem, errors: undefined as never });
    expect(taken.errors).toEqual([]);
  });

  it('is something else if a proxy answers', async () => {
    const { gatehouse, intercept } = aDevice(api.url);
    const html = { headers: { 'content-type': 'text/html' }, status: 502 };
    intercept(() => new Response('<h1>Bad gateway</h1>', html));
    const error = await failure(gatehouse.signIn(aUser()));
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).toMatchObject({ name: 'ResponseError', status: 502 });
    expect(isProblem(error)).toBe(false);

    intercept(() => new Response('{"acc', { headers: { 'content-type': 'application/json' } }));
    expect(await failure(gatehouse.signIn(aUser()))).toMatchObject({ name: 'ResponseError', status: 200 });
  });
});

/** Never runs: `npm run check` compiles it. */
export async function types(gatehouse: Gatehouse, error: unknown): Promise<void> {
  // @ts-expect-error There is no such code.
  isProblem(error, 'email-takn');
  if (isProblem(error)) {
    // @ts-expect-error Nor here.
    expect(error.code === 'email-takn').toBe(false);
  }
  if (isProblem(error, 'email-taken', 'weak-password')) {
    const code: 'email-taken' | 'weak-password' = error.code;
    // @ts-expect-error It can be two.
    const single: 'email-taken' = error.code;
    expect([code, single]).toBeDefined();
  }
  const declared: ProblemCodeOf<typeof register> = 'email-taken';
  // @ts-expect-error Signing up can't fail with that.
  const undeclared: ProblemCodeOf<typeof register> = 'refresh-token-reused';
  const known: ProblemCode[] = [declared, undeclared];
  expect(known).toBeDefined();

  // @ts-expect-error The body is missing.
  await gatehouse.call(register);
  // @ts-expect-error So is the path.
  await gatehouse.call(getUser);
  // @ts-expect-error There is no such field.
  await gatehouse.call(updateMe, { body: { displayNam: 'Ada' } });
  // @ts-expect-error It isn't a list.
  gatehouse.items(getMe);
  for await (const user of gatehouse.items(listUsers)) {
    // @ts-expect-error Items have types, too.
    expect(user.emial).toBeUndefined();
  }
  const nothing: void = await gatehouse.call(verifyEmail, { body: { token: '' } });
  expect(nothing).toBeUndefined();
  const { data } = await gatehouse.request(getMe);
  // @ts-expect-error There may have been a 304.
  expect(data.id).toBeDefined();
}
