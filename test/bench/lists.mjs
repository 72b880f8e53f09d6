import { median } from './statistics.mjs';

const USERS = 110_000;
const DEPTH = 100_000;
const PAGE = 100;
const SAMPLES = 300;
const ADMIN = { email: 'bench-admin@acme.com', password: 'nine patient herons' };

/** `GET /v2/users`: the first page compared with one 100,000 users in. */
export async function measureLists(environment) {
  const api = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '1000000/60',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  await environment.seed(USERS);
  const answer = await fetch(`${api.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const { accessToken } = await answer.json();
  const get = async (query) => {
    const startedAt = performance.now();
    const response = await fetch(`${api.url}/v2/users?${query}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const body = await response.json();
    if (response.status !== 200) {
      throw new Error(`the list answered ${response.status}: ${JSON.stringify(body)}`);
    }
    return { ms: performance.now() - startedAt, cursor: body.page.nextCursor };
  };
  // Pages through the list as a client would, since cursors can't be forged.
  let cursor;
  for (let seen = 0; seen < DEPTH; seen += PAGE) {
    ({ cursor } = await get(`limit=${PAGE}${cursor ? `&cursor=${cursor}` : ''}`));
  }
  const first = [];
  const deep = [];
  for (let i = 0; i < SAMPLES; i += 1) {
    first.push((await get('limit=20')).ms);
    deep.push((await get(`limit=20&cursor=${cursor}`)).ms);
  }
  await api.stop();
  const ratio = median(deep) / median(first);
  return [
    {
      what: 'GET /v2/users at depth 100,000 ÷ first page',
      value: ratio.toFixed(2),
      target: '≤ 1.3',
      met: ratio <= 1.3,
      detail: `${median(deep).toFixed(2)} ms, ${median(first).toFixed(2)} ms`,
    },
  ];
}
