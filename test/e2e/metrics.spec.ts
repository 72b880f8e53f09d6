import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { accountsProto } from '#libs/contracts';
import { ApiClient } from '../support/client.js';
import { aUser, signUp } from '../support/factories.js';
import { failureOf, GrpcClient } from '../support/grpc-client.js';
import { metricOf, type Sample, scrape } from '../support/metrics.js';
import { dashboardExpressions, type Expression, ruleExpressions } from '../support/monitoring.js';
import { parsePromQuery } from '../support/promql.js';
import { eventually, type RunningApp } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

/** Labels that Prometheus adds to every series of a target. */
const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod'];
/** Series that Prometheus creates itself. */
const OWN_SERIES: Readonly<Record<string, readonly string[]>> = {
  up: TARGET_LABELS,
  ALERTS: [...TARGET_LABELS, 'alertname', 'alertstate'],
};
/** Labels whose values are not checked, since they depend on what happens. */
const OPEN_LABELS = [...TARGET_LABELS, 'alertname', 'alertstate', 'status'];

const expressions = [...ruleExpressions(), ...dashboardExpressions()];

const apps = useApps(
  { api: ['api', { DRAIN_SECONDS: '3' }], worker: 'worker', notifications: 'notifications' },
  { RATE_LIMIT_AUTH: '3/60', SMTP_RATE_PER_MINUTE: '6000' },
);
const { sink } = apps;
let samples: Sample[];

beforeAll(async () => {
  await makeTraffic(apps.api.api);
  await callOverGrpc(apps.api);
  samples = (await Promise.all([apps.api, apps.worker, apps.notifications].map(scrape))).flat();
});

describe('the alert rules and the dashboard', () => {
  it('exist', () => {
    expect(ruleExpressions().length).toBeGreaterThan(20);
    expect(dashboardExpressions().length).toBeGreaterThan(40);
  });

  it.each(expressions.map((expression) => [expression.where, expression] as const))(
    'use only metrics that exist: %s',
    (_, expression) => {
      expect(problemsOf(expression)).toEqual([]);
    },
  );

  it('fail this test when they use an unknown metric, label or value', () => {
    const asking = (expr: string, ...labels: string[]) => problemsOf({ where: 'here', expr, labels });
    expect(asking('sum(gatehouse_nothing)')).toEqual(['there is no metric gatehouse_nothing']);
    expect(asking('gatehouse_queue_jobs{job_name="x"}')).toEqual([
      'gatehouse_queue_jobs has no label job_name',
    ]);
    expect(asking('gatehouse_queue_jobs{state="lost"}')).toEqual([
      'gatehouse_queue_jobs has no state="lost"',
    ]);
    expect(asking('sum by (state) (gatehouse_ready)')).toEqual(['there is no label state']);
    expect(asking('sum by (role) (gatehouse_ready)', 'queue')).toEqual(['there is no label queue']);
    expect(() => asking('sum by (role (gatehouse_ready)')).toThrow('cannot be parsed');
  });
});

describe('the observability guide', () => {
  const guide = readFileSync('docs/guides/observability.md', 'utf8');

  it('lists all of our metrics and no others', () => {
    const named = [...guide.matchAll(/\bgatehouse_[a-z_]+/g)].map(([name]) => name);
    const told = samples.map(({ name }) => name).filter((name) => name.startsWith('gatehouse_'));
    const families = told.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(named)].sort()).toEqual([...new Set(families)].sort());
  });
});

describe('the metrics', () => {
  it('cover traffic, sign-ins, rejections, hashing, mail and version', async () => {
    const { api, notifications } = apps;
    const login = { route: '/v2/auth/login' };
    const requests = 'gatehouse_http_request_duration_seconds_count';
    expect(await metricOf(api, requests, { ...login, status: '401' })).toBe(1);
    expect(await metricOf(api, requests, { ...login, status: '200' })).toBe(1);
    expect(await metricOf(api, requests, { ...login, status: '429' })).toBe(2);
    expect(await metricOf(api, 'gatehouse_rate_limit_refused_total', { limit: 'auth' })).toBe(2);
    expect(await metricOf(api, 'gatehouse_rate_limit_refused_total', { limit: 'default' })).toBe(0);
    expect(await metricOf(api, 'gatehouse_password_hash_wait_seconds_count')).toBe(3);
    expect(await metricOf(api, 'gatehouse_password_hash_refused_total')).toBe(0);
    expect(
      await metricOf(notifications, 'gatehouse_delivery_attempts_total', {
        channel: 'email',
        outcome: 'sent',
      }),
    ).toBe(1);
    expect(await metricOf(notifications, 'gatehouse_delivery_seconds_count', { channel: 'email' })).toBe(1);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await metricOf(api, 'gatehouse_build_info', { version })).toBe(1);
  });

  it('contain no personal data', () => {
    const values = samples.flatMap(({ labels }) => Object.values(labels));
    expect(values.length).toBeGreaterThan(500);
    expect(values.filter((value) => /@|acme|127\.0|[0-9a-f]{8}-[0-9a-f]{4}/.test(value))).toEqual([]);
  });

  it('do not count their own queries as waiting for connections', async () => {
    for (let i = 0; i < 10; i++) {
      expect(await metricOf(apps.worker, 'gatehouse_database_waiting')).toBe(0);
    }
    expect(await metricOf(apps.worker, 'gatehouse_database_connections_max')).toBeGreaterThan(0);
  });

  it('show that a process is draining', async () => {
    const { api } = apps;
    expect(await metricOf(api, 'gatehouse_ready')).toBe(1);
    await api.kill('SIGTERM');
    await eventually(async () => {
      expect(await metricOf(api, 'gatehouse_ready')).toBe(0);
      expect(await metricOf(api, 'gatehouse_check_up', { check: 'process' })).toBe(0);
      expect(await metricOf(api, 'gatehouse_check_up', { check: 'database' })).toBe(1);
    });
    expect(await api.exited).toEqual({ code: 0, signal: null });
  });
});

/** Registers, receives a mail, signs in, fails to, and hits the limit, so that every queried series exists. */
async function makeTraffic(api: ApiClient): Promise<void> {
  await api.under('').get('/health/ready');
  const { session, ...user } = await signUp(api);
  await api.login(user);
  await api.refresh(session.refreshToken);
  await api.login({ ...user, password: 'mistyped otters' });
  await api.login(aUser());
  await api.login(aUser());
  await eventually(() => expect(sink.mailsTo(user.email)).toHaveLength(1));
  await eventually(async () =>
    expect(
      await metricOf(apps.worker, 'gatehouse_job_runs_total', {
        queue: 'confirm-to-accounts',
        outcome: 'completed',
      }),
    ).toBeGreaterThan(0),
  );
}

function problemsOf({ expr, labels }: Expression): string[] {
  const { selectors, groupings, made } = parsePromQuery(expr);
  const known = new Set([...TARGET_LABELS, ...made]);
  const problems = selectors.flatMap(({ metric, matchers }) => {
    const offered = labelsOf(metric);
    if (!offered) {
      return [`there is no metric ${metric}`];
    }
    offered.forEach((label) => known.add(label));
    return matchers.flatMap(({ label, op, value }) => {
      if (!offered.has(label)) {
        return [`${metric} has no label ${label}`];
      }
      return OPEN_LABELS.includes(label) || hasValue(metric, label, op, value)
        ? []
        : [`${metric} has no ${label}="${value}"`];
    });
  });
  const unknown = [...groupings, ...labels].filter((label) => selectors.length > 0 && !known.has(label));
  return [...problems, ...(problems.length > 0 ? [] : unknown.map((label) => `there is no label ${label}`))];
}

function labelsOf(metric: string): Set<string> | undefined {
  const recorded = ruleExpressions().find(({ record }) => record === metric);
  const own = OWN_SERIES[metric] ?? (recorded && parsePromQuery(recorded.expr).groupings);
  const told = samples.filter(({ name }) => name === metric);
  if (!own && told.length === 0) {
    return undefined;
  }
  return new Set([...TARGET_LABELS, ...(own ?? told.flatMap(({ labels }) => Object.keys(labels)))]);
}

/** Excluded values must exist too. Otherwise nobody would notice when they are renamed. */
function hasValue(metric: string, label: string, op: string, value: string): boolean {
  const values = samples.filter(({ name }) => name === metric).map(({ labels }) => labels[label] ?? '');
  const pattern = new RegExp(`^(?:${value})$`);
  return values.some((told) => (op.endsWith('~') ? pattern.test(told) : told === value));
}

async function callOverGrpc({ env }: RunningApp): Promise<void> {
  const client = new GrpcClient(`127.0.0.1:${env['GRPC_PORT']}`);
  const { getUser } = accountsProto.AccountsService.method;
  expect((await failureOf(client.call(getUser, { id: '' }))).code).toBe('UNAUTHENTICATED');
  client.close();
}
