import { startEnvironment } from '../support/processes.mjs';
import { median } from './statistics.mjs';

const SMALL = 10_000;
const LARGE = 1_000_000;
const DEPTH = 100_000;
const SAMPLES = 200;
const ADMIN = { email: 'bench-admin@acme.com', password: 'nine patient herons' };
const USER = { email: 'seed-1@acme.example', password: 'seven brave otters' };

/** What lists are filtered and sorted by. Every hundredth user has a domain of their own. */
const LISTS = [
  'sort=createdAt',
  'sort=-createdAt',
  'role=user',
  'role=nobody',
  'status=active',
  'status=suspended',
  'emailDomain=acme.example',
  'emailDomain=team-100.example',
  'emailDomain=nobody.example',
  'email=seed-77@acme.example',
  'email=nobody@acme.example',
  'q=brave',
  'q=brave badger 1',
  'q=seed-77@acme.example',
  'q=nobody',
  'createdBefore=2026-01-01T00:00:00Z',
  'createdAfter=2026-01-01T00:00:00Z&sort=createdAt',
  'role=user&status=suspended&emailDomain=acme.example',
];

/**
 * The same requests with a million users and with ten thousand, one after the other. Each has a database of its own: other
 * measurements leave users who have other names and domains.
 */
export async function measureScale() {
  const environments = [await startEnvironment(), await startEnvironment()];
  try {
    const [small, large] = [await fill(environments[0], SMALL), await fill(environments[1], LARGE)];
    const deep = await deepPage(large);
    const rows = [];
    for (const list of LISTS) {
      rows.push(await compare(`GET /v2/users?${list}`, 1.2, small, large, (site) => site.list(list)));
    }
    rows.push(
      await compare('GET /v2/users at depth 100,000', 1.2, small, large, (site) =>
        site.list(site === large ? deep : 'limit=20'),
      ),
      await compare('GET /v2/users/{id}', 1.1, small, large, (site) => site.profile()),
      await compare('POST /v2/auth/login', 1.1, small, large, (site) => site.login()),
    );
    await Promise.all([small.stop(), large.stop()]);
    return rows;
  } finally {
    await Promise.all(environments.map((environment) => environment.stop()));
  }
}

async function fill(environment, users) {
  const api = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '1000000/60',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    NODE_ENV: 'development',
  });
  await environment.seed(users);
  const send = async (path, options) => {
    const answer = await fetch(`${api.url}/v2/${path}`, options);
    const body = await answer.json();
    if (!answer.ok) {
      throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(body)}`);
    }
    return body;
  };
  const login = (credentials) =>
    send('auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(credentials),
    });
  const { accessToken } = await login(ADMIN);
  const get = (path) => send(path, { headers: { authorization: `Bearer ${accessToken}` } });
  const profiles = (await get('users?limit=100')).items.map(({ id }) => id);
  return {
    list: (query) => get(`users?${query}`),
    // None of them twice in a row, which would only measure the cache.
    profile: () => {
      profiles.push(profiles.shift());
      return get(`users/${profiles[0]}`);
    },
    login: () => login(USER),
    stop: () => api.stop(),
  };
}

/** Pages through the list as a client would, since cursors can't be forged. @returns the query of the page there */
async function deepPage(site) {
  let cursor;
  for (let seen = 0; seen < DEPTH; seen += 100) {
    const page = await site.list(`limit=100${cursor ? `&cursor=${cursor}` : ''}`);
    cursor = page.page.nextCursor;
  }
  return `limit=20&cursor=${cursor}`;
}

/** @param most how many times the small one's time the large one may take */
async function compare(what, most, small, large, request) {
  const times = new Map([small, large].map((site) => [site, []]));
  for (let i = 0; i < SAMPLES; i += 1) {
    for (const [site, samples] of times) {
      const startedAt = performance.now();
      await request(site);
      samples.push(performance.now() - startedAt);
    }
  }
  const [few, many] = [median(times.get(small)), median(times.get(large))];
  const ratio = many / few;
  return {
    what: `${what}, a million users ÷ ten thousand`,
    value: ratio.toFixed(2),
    target: `≤ ${most}`,
    met: ratio <= most,
    detail: `${many.toFixed(2)} ms, ${few.toFixed(2)} ms`,
  };
}
