import { figure, graph } from './panels.ts';
import {
  buckets,
  OURS,
  PER_PROCESS,
  PROCESS,
  quantile,
  rate,
  REQUESTS,
  requests,
  share,
  shared,
} from './queries.ts';

const FAILING = share(requests(`${REQUESTS}, status=~"5.."`), requests());
const SLOW = `1 - ${share(buckets(`${REQUESTS}, le="0.5"`), requests())}`;

export const golden = [
  figure(
    'Alerts',
    'Alerts of Gatehouse that fire now. docs/guides/observability.md says what each means.',
    'short',
    { firing: `count(ALERTS{alertname=~"Gatehouse.*", alertstate="firing", ${OURS}}) or vector(0)` },
    { steps: { green: null, red: 1 }, trend: false },
  ),
  figure(
    'Ready',
    'Processes that take work, by role. If they are fewer than you deployed, see the checks at the bottom.',
    'short',
    { '{{role}}': `sum by (role) (gatehouse_ready{${OURS}})` },
    { w: 6, steps: { red: null, green: 1 }, trend: false },
  ),
  figure(
    'Requests',
    'Requests per second, without probes.',
    'reqps',
    { requests: `sum(${requests()})` },
    {
      w: 4,
      steps: { green: null },
      none: '0',
    },
  ),
  figure(
    'Failing',
    'Share of the requests that end with 5xx. The objective allows 0.1 % in 30 days; the fast alert fires at 1.44 %.',
    'percentunit',
    { '5xx': FAILING },
    { w: 4, steps: { green: null, yellow: 0.001, red: 0.0144 }, none: 'no traffic', decimals: 2 },
  ),
  figure(
    'Slow',
    'Share of the requests that take more than half a second. The objective allows 1 % in 30 days; the fast alert fires at 14.4 %.',
    'percentunit',
    { slow: SLOW },
    { w: 4, steps: { green: null, yellow: 0.01, red: 0.144 }, none: 'no traffic', decimals: 2 },
  ),
  figure(
    'Mails waiting',
    'Mails that were asked for and that the mail server has not accepted yet.',
    'short',
    { mails: shared('gatehouse_outbox_messages', `${OURS}, schema="notifications"`, 'schema') },
    { steps: { green: null, yellow: 10, red: 100 } },
  ),
  graph(
    'Traffic',
    'Requests per second by the class of their status, without probes.',
    'reqps',
    { '{{class}}': `sum by (class) (label_replace(${requests()}, "class", "\${1}xx", "status", "(.).."))` },
    { stacked: true, colors: { '2xx': 'green', '3xx': 'blue', '4xx': 'yellow', '5xx': 'red' } },
  ),
  graph(
    'Errors',
    'Share of the requests that end with 5xx. The lines are the objective, and where the fast alert fires.',
    'percentunit',
    { '5xx': FAILING },
    { limits: { yellow: 0.001, red: 0.0144 }, colors: { '5xx': 'red' } },
  ),
  graph(
    'Latency',
    'How long requests take. Half a second (the line) is the objective for 99 of 100.',
    's',
    { p50: quantile(0.5, buckets()), p95: quantile(0.95, buckets()), p99: quantile(0.99, buckets()) },
    { limits: { red: 0.5 } },
  ),
  graph(
    'Saturation',
    'Of the busiest process: cores in use, where 1 is all that its event loop can have (hashing passwords uses more), the share of its connections to PostgreSQL that work, and how long work waits for the event loop.',
    'percentunit',
    {
      processor: `max(${rate('process_cpu_seconds_total', PROCESS)})`,
      connections: `max(gatehouse_database_connections_used{${PER_PROCESS}} / gatehouse_database_connections_max{${PER_PROCESS}})`,
      'event loop lag': `max(nodejs_eventloop_lag_p99_seconds{${PROCESS}})`,
    },
    { right: { 'event loop lag': 's' } },
  ),
];
