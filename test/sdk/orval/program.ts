/** A fetch client and Zod schemas from orval. The schemas check what the server really sends. */
import { getMe, listUsers, login, register, updateMe, verifyEmail } from './generated/client.js';
import {
  ListUsersResponse,
  LoginResponse,
  RegisterBody,
  UpdateMeBody,
  UpdateMeResponse,
} from './generated/schemas.js';
import { ada, admin, check, verificationToken } from './task.js';

const registered = await register(RegisterBody.parse(ada), { headers: { 'Idempotency-Key': ada.email } });
check(registered.status === 201 && registered.data.user.displayName === 'Ada', 'registered');

const verified = await verifyEmail({ token: await verificationToken(ada.email) });
check(verified.status === 204, 'verified the email address');

const { email, password } = ada;
const signedIn = await login({ email, password });
check(signedIn.status === 200 && LoginResponse.parse(signedIn.data).user.emailVerified, 'signed in');

const headers = { Authorization: `Bearer ${signedIn.data.accessToken}` };
const profile = await getMe({ headers });
const patch = UpdateMeBody.parse({ displayName: 'Countess', avatarUrl: null, metadata: { plan: 'trial' } });
const conditional = { headers: { ...headers, 'If-Match': profile.headers.get('ETag') ?? '' } };
const updated = await updateMe(patch, conditional);
check(
  updated.status === 200 && UpdateMeResponse.parse(updated.data).metadata['plan'] === 'trial',
  'updated the profile',
);
const stale = await updateMe(patch, conditional);
check(stale.status === 412 && stale.data.code === 'precondition-failed', 'was refused a stale update');

const adminSession = LoginResponse.parse((await login(admin)).data);
const list = async (cursor?: string) => {
  const page = await listUsers(
    { limit: 1, sort: '-createdAt', ...(cursor ? { cursor } : {}) },
    { headers: { Authorization: `Bearer ${adminSession.accessToken}` } },
  );
  return ListUsersResponse.parse(page.data);
};
const first = await list();
const second = await list(first.page.nextCursor ?? '');
check(
  first.items[0]?.email === email && second.items[0]?.id !== first.items[0].id,
  'read two pages of users',
);

const again = await register(ada);
const problem = again.status === 409 ? again.data : undefined;
// @ts-expect-error: a misspelled code doesn't compile.
const misspelled = problem?.code === 'email-takn';
check(problem?.code === 'email-taken' && !misspelled, 'recognized email-taken');
