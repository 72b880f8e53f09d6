import { graph, heatmap, states } from './panels.ts';
import { buckets, OURS, quantile, rate, REQUESTS, requests, share, SIGN_INS } from './queries.ts';

export const api = [
  graph(
    'Requests by route',
    'The ten busiest routes.',
    'reqps',
    { '{{method}} {{route}}': `topk(10, sum by (method, route) (${requests()}))` },
    { w: 8, h: 9, many: true },
  ),
  graph(
    'Latency by route (p95)',
    'The ten slowest routes. Sign-in and registration hash a password, which is slow on purpose.',
    's',
    { '{{method}} {{route}}': `topk(10, ${quantile(0.95, buckets(), 'method, route, le')})` },
    { w: 8, h: 9, many: true },
  ),
  graph(
    'Errors by route',
    'Requests that end with 5xx. 503: a server behind is away, or too much waits. 500: a bug, whose stack is in the log.',
    'reqps',
    {
      '{{status}} {{method}} {{route}}': `sum by (method, route, status) (${requests(`${REQUESTS}, status=~"5.."`)})`,
    },
    { w: 8, h: 9, many: true },
  ),
  graph(
    'What clients are refused',
    'Requests that end with 4xx, by status.',
    'reqps',
    { '{{status}}': `sum by (status) (${requests(`${REQUESTS}, status=~"4.."`)})` },
    { w: 12, stacked: true },
  ),
  heatmap(
    'Latency',
    'How many requests took how long.',
    's',
    `sum by (le) (increase(gatehouse_http_request_duration_seconds_bucket{${REQUESTS}}[$__rate_interval]))`,
    { w: 12 },
  ),
];

export const signIn = [
  graph(
    'Sign-ins',
    'By outcome. Failed: a wrong address or password. Refused: too many tries from one address. Overloaded: too many passwords waited.',
    'reqps',
    {
      succeeded: `sum(${requests(`${SIGN_INS}, status="200"`)})`,
      failed: `sum(${requests(`${SIGN_INS}, status="401"`)})`,
      refused: `sum(${requests(`${SIGN_INS}, status="429"`)})`,
      overloaded: `sum(${requests(`${SIGN_INS}, status="503"`)})`,
    },
    { stacked: true, colors: { succeeded: 'green', failed: 'yellow', refused: 'orange', overloaded: 'red' } },
  ),
  graph(
    'Failing sign-ins',
    'Share of the sign-ins that fail. Above the line, and with many tries, somebody may be trying stolen passwords.',
    'percentunit',
    { failed: share(requests(`${SIGN_INS}, status="401"`), requests(`${SIGN_INS}, status=~"200|401"`)) },
    { max: 1, limits: { red: 0.8 }, colors: { failed: 'yellow' } },
  ),
  graph('Registrations and refreshes', 'Accounts that are opened, and sessions that go on.', 'reqps', {
    registrations: `sum(${requests(`${OURS}, route=~"/v[0-9]+/auth/register", status=~"2.."`)})`,
    refreshes: `sum(${requests(`${OURS}, route=~"/v[0-9]+/auth/refresh", status="200"`)})`,
    'refused refreshes': `sum(${requests(`${OURS}, route=~"/v[0-9]+/auth/refresh", status="401"`)})`,
  }),
  graph(
    'Wait for password hashing',
    'How long passwords wait for a processor (left); how many wait, and how many are refused with 503 each second (right).',
    's',
    {
      p50: quantile(0.5, rate('gatehouse_password_hash_wait_seconds_bucket', OURS)),
      p95: quantile(0.95, rate('gatehouse_password_hash_wait_seconds_bucket', OURS)),
      waiting: `sum(gatehouse_password_hash_waiting{${OURS}})`,
      refused: `sum(${rate('gatehouse_password_hash_refused_total', OURS)})`,
    },
    { limits: { red: 1 }, right: { waiting: 'short', refused: 'reqps' } },
  ),
];

export const limits = [
  graph(
    'Refused by limit',
    'Requests answered with 429. default counts each caller; auth, the tries to sign in or register from each address.',
    'reqps',
    { '{{limit}}': `sum by (limit) (${rate('gatehouse_rate_limit_refused_total', OURS)})` },
  ),
  graph(
    'Share refused',
    'Share of all requests that are answered with 429.',
    'percentunit',
    { 429: share(requests(`${REQUESTS}, status="429"`), requests()) },
    { limits: { red: 0.3 }, colors: { 429: 'orange' } },
  ),
  states(
    'Limits hold over all processes',
    'Red while Redis does not answer: each process then counts for itself.',
    { 'shared {{namespace}}': `1 - max by (namespace) (gatehouse_rate_limit_degraded{${OURS}})` },
    { w: 6 },
  ),
  graph('Counted locally', 'What a process counted for itself, because Redis did not answer.', 'reqps', {
    local: `sum(${rate('gatehouse_rate_limit_local_total', OURS)})`,
  }),
];
