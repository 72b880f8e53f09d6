/** A client from @hey-api/openapi-ts, with its default plugins. */
import { client } from './generated/client.gen.js';
import { getMe, listUsers, login, register, updateMe, verifyEmail } from './generated/index.js';
import { ada, admin, baseUrl, check, verificationToken } from './task.js';

client.setConfig({ baseUrl });

const registered = await register({ body: ada, headers: { 'Idempotency-Key': ada.email } });
check(
  registered.data && 'user' in registered.data && registered.data.user.displayName === 'Ada',
  'registered',
);

const verified = await verifyEmail({ body: { token: await verificationToken(ada.email) } });
check(!verified.error, 'verified the email address');

const { data: session } = await login({ body: { email: ada.email, password: ada.password } });
check(session?.user.emailVerified, 'signed in');

const auth = session.accessToken;
const profile = await getMe({ auth });
const version = { 'If-Match': profile.response?.headers.get('ETag') ?? '' };
const body = { displayName: 'Countess', avatarUrl: null, metadata: { plan: 'trial' } };
const updated = await updateMe({ auth, headers: version, body });
check(
  updated.data?.displayName === 'Countess' && updated.data.metadata['plan'] === 'trial',
  'updated the profile',
);
const stale = await updateMe({ auth, headers: version, body });
check(stale.error?.code === 'precondition-failed', 'was refused a stale update');

const { data: adminSession } = await login({ body: admin });
const list = (cursor?: string) =>
  listUsers({
    auth: adminSession?.accessToken ?? '',
    query: { limit: 1, sort: '-createdAt', ...(cursor ? { cursor } : {}) },
  });
const first = await list();
const second = await list(first.data?.page.nextCursor ?? '');
check(
  first.data?.items[0]?.email === ada.email && second.data?.items[0]?.id !== first.data.items[0].id,
  'read two pages of users',
);

const { error: problem } = await register({ body: ada });
// @ts-expect-error: a misspelled code doesn't compile.
const misspelled = problem?.code === 'email-takn';
check(problem?.code === 'email-taken' && !misspelled, 'recognized email-taken');
