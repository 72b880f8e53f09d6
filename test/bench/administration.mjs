import autocannon from 'autocannon';
import { register, WARM_UP_SECONDS } from '../support/processes.mjs';
import { median, shareRow } from './statistics.mjs';

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 16;
const USERS = 50;
const ADMIN = { email: 'bench-admin@acme.test', password: 'the admin of this bench' };

/** Requests with an API key relative to ones with a token, and audited writes of an administrator to users' own. */
export async function measureAdministration(environment) {
  const server = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '10000000/60',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  const users = await register(server.url, USERS, 'seven brave otters', 'administration');
  const admin = await post(server.url, '/auth/login', ADMIN);
  const keys = await Promise.all(
    users.map(({ accessToken }) =>
      post(server.url, '/auth/api-keys', { name: 'Bench', permissions: [] }, accessToken),
    ),
  );
  const adminKey = await post(
    server.url,
    '/auth/api-keys',
    { name: 'Bench', permissions: ['users:write'] },
    admin.accessToken,
  );
  let count = 0;
  const read = (token) => ({ method: 'GET', path: '/v2/users/me', headers: bearer(token) });
  const write = (path, token) => ({
    method: 'PATCH',
    path,
    headers: { ...bearer(token), 'content-type': 'application/json' },
    setupRequest: (request) => ({ ...request, body: JSON.stringify({ displayName: `Ada ${(count += 1)}` }) }),
  });
  const variants = {
    token: users.map(({ accessToken }) => read(accessToken)),
    key: keys.map(({ key }) => read(key)),
    own: users.map(({ accessToken }) => write('/v2/users/me', accessToken)),
    audited: users.map(({ user }) => write(`/v2/users/${user.id}`, adminKey.key)),
  };
  for (const requests of Object.values(variants)) {
    await load(server.url, requests, WARM_UP_SECONDS);
  }
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const round = {};
    const names = Object.keys(variants);
    for (const name of i % 2 === 0 ? names : names.toReversed()) {
      round[name] = await load(server.url, variants[name], SECONDS);
    }
    rounds.push(round);
  }
  await server.stop();
  const rate = (of) => `${Math.round(median(rounds.map((round) => round[of])))}/s`;
  const share = (of, base) => median(rounds.map((round) => round[of] / round[base]));
  return [
    shareRow(
      'profile with an API key ÷ with a token',
      share('key', 'token'),
      0.9,
      `${rate('key')} of ${rate('token')}`,
    ),
    shareRow(
      'audited PATCH of a user ÷ own profile',
      share('audited', 'own'),
      0.6,
      `${rate('audited')} of ${rate('own')}`,
    ),
  ];
}

async function load(url, requests, duration) {
  const result = await autocannon({ url, connections: CONNECTIONS, duration, requests });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no 2xx: ${JSON.stringify(result.statusCodeStats)}`);
  }
  return result.requests.total / result.duration;
}

async function post(url, path, body, token) {
  const response = await fetch(`${url}/v2${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : bearer(token)) },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${path} returned ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

function bearer(token) {
  return { authorization: `Bearer ${token}` };
}
