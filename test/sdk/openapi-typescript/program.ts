/** Types from openapi-typescript, requests by openapi-fetch. */
import createClient from 'openapi-fetch';
import type { paths } from './generated/api.js';
import { ada, admin, baseUrl, check, verificationToken } from './task.js';

const client = createClient<paths>({ baseUrl });

const registered = await client.POST('/v2/auth/register', {
  body: ada,
  params: { header: { 'Idempotency-Key': ada.email } },
});
check(
  registered.data && 'user' in registered.data && registered.data.user.displayName === 'Ada',
  'registered',
);

const verified = await client.POST('/v2/auth/email/verify', {
  body: { token: await verificationToken(ada.email) },
});
check(!verified.error, 'verified the email address');

const { email, password } = ada;
const { data: session } = await client.POST('/v2/auth/login', { body: { email, password } });
check(session?.user.emailVerified, 'signed in');

const headers = { Authorization: `Bearer ${session.accessToken}` };
const profile = await client.GET('/v2/users/me', { headers });
const version = { header: { 'If-Match': profile.response.headers.get('ETag') ?? '' } };
const body = { displayName: 'Countess', avatarUrl: null, metadata: { plan: 'trial' } };
const updated = await client.PATCH('/v2/users/me', { headers, params: version, body });
check(
  updated.data?.displayName === 'Countess' && updated.data.metadata['plan'] === 'trial',
  'updated the profile',
);
const stale = await client.PATCH('/v2/users/me', { headers, params: version, body });
check(stale.error?.code === 'precondition-failed', 'was refused a stale update');

const { data: adminSession } = await client.POST('/v2/auth/login', { body: admin });
const list = (cursor?: string) =>
  client.GET('/v2/users', {
    headers: { Authorization: `Bearer ${adminSession?.accessToken}` },
    params: { query: { limit: 1, sort: '-createdAt', ...(cursor ? { cursor } : {}) } },
  });
const first = await list();
const second = await list(first.data?.page.nextCursor ?? '');
check(
  first.data?.items[0]?.email === email && second.data?.items[0]?.id !== first.data.items[0].id,
  'read two pages of users',
);

const { error: problem } = await client.POST('/v2/auth/register', { body: ada });
// @ts-expect-error: a misspelled code doesn't compile.
const misspelled = problem?.code === 'email-takn';
check(problem?.code === 'email-taken' && !misspelled, 'recognized email-taken');
