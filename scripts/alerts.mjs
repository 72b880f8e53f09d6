/**
 * `npm run alerts`: checks what operators see. The rules are valid, every alert is shown to fire and to stay silent and is
 * explained in the guide, and the dashboard holds only what Prometheus can evaluate. With `--write` the dashboard is written
 * first, from scripts/dashboard.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { parse, stringify } from 'yaml';
import { dashboard } from './dashboard/dashboard.mjs';
import { inProject, main, seconds } from './lib/project.mjs';
import { findPromtool } from './lib/promtool.mjs';

const RULES = inProject('helm', 'gatehouse', 'rules');
const DASHBOARD = inProject('helm', 'gatehouse', 'dashboards', 'gatehouse.json');
const GUIDE = 'docs/guides/observability.md';
const WRITE = '--write';

await main(async () => {
  const startedAt = Date.now();
  const unknown = process.argv.slice(2).filter((argument) => argument !== WRITE);
  if (unknown.length > 0) {
    console.error(`There is no option "${unknown.join('", "')}". There is ${WRITE}.`);
    return 1;
  }
  if (process.argv.includes(WRITE)) {
    writeFileSync(DASHBOARD, await dashboardAsJson());
  }
  const promtool = await findPromtool();
  const rules = yamlFiles(RULES);
  const tests = yamlFiles(join(RULES, 'tests'));
  const alerts = rules.flatMap(alertsOf);
  const expressions = dashboardExpressions();
  const checks = [
    {
      title: 'the rules are valid',
      check: () => run(promtool, ['check', 'rules', '--lint-fatal', ...rules]),
    },
    { title: 'their tests pass', check: () => run(promtool, ['test', 'rules', ...tests]) },
    {
      title: `${alerts.length} alerts are shown to fire and to stay silent`,
      check: () => untested(alerts, tests),
    },
    { title: `each is explained in ${GUIDE}`, check: () => unexplained(alerts) },
    { title: 'the dashboard is up to date', check: () => outdated() },
    {
      title: `its ${expressions.length} queries are valid`,
      check: () => checkExpressions(promtool, expressions),
    },
  ];
  let failed = alerts.length === 0 || expressions.length === 0;
  for (const { title, check } of checks) {
    const problems = await check();
    failed ||= problems.length > 0;
    console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`);
    for (const problem of problems) {
      console.log(`\n${problem.trim()}\n`);
    }
  }
  console.log(`\n${failed ? 'The alerts are not fine' : 'The alerts are fine'} (${seconds(startedAt)}).`);
  return failed ? 1 : 0;
});

function untested(alerts, tests) {
  const cases = tests
    .flatMap(read)
    .flatMap((file) => file.tests.flatMap((test) => test.alert_rule_test ?? []));
  return alerts.flatMap(({ alert }) => {
    const own = cases.filter(({ alertname }) => alertname === alert);
    return [
      ...(own.some((test) => test.exp_alerts?.length > 0) ? [] : [`${alert} is never shown to fire.`]),
      ...(own.some((test) => !test.exp_alerts?.length) ? [] : [`${alert} is never shown to stay silent.`]),
    ];
  });
}

/** The guide has a heading for each alert, which is where its runbook_url leads, and for no other. */
function unexplained(alerts) {
  const headings = [...readFileSync(inProject(GUIDE), 'utf8').matchAll(/^#+ (Gatehouse\w+)$/gm)].map(
    ([, heading]) => heading,
  );
  const names = alerts.map(({ alert }) => alert);
  return [
    ...alerts.flatMap(({ alert, labels, annotations }) => [
      ...(headings.includes(alert) ? [] : [`${alert} has no heading in ${GUIDE}.`]),
      ...(annotations?.runbook_url === `${GUIDE}#${alert.toLowerCase()}`
        ? []
        : [`The runbook_url of ${alert} leads elsewhere.`]),
      ...(annotations?.summary && annotations.description && labels?.severity
        ? []
        : [`${alert} lacks a summary, a description or a severity.`]),
    ]),
    ...headings
      .filter((heading) => !names.includes(heading))
      .map((heading) => `${GUIDE} explains ${heading}, which is no alert.`),
  ];
}

async function outdated() {
  return readFileSync(DASHBOARD, 'utf8') === (await dashboardAsJson())
    ? []
    : [`It is not what scripts/dashboard makes. Run: npm run alerts -- ${WRITE}`];
}

function dashboardAsJson() {
  return format(JSON.stringify(dashboard), { parser: 'json', printWidth: 110 });
}

function dashboardExpressions() {
  return [
    ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
    ...dashboard.annotations.list.map(({ name, expr }) => ({ title: name, expr })),
  ];
}

/** As rules that record something, with what Grafana puts for its variables. */
function checkExpressions(promtool, expressions) {
  const rules = expressions.map(({ expr }, index) => ({
    record: `dashboard:expression:${index}`,
    expr: expr.replaceAll('$__rate_interval', '2m').replaceAll(/\$\w+/g, '.*'),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-dashboard-'));
  try {
    const path = join(folder, 'dashboard.yaml');
    writeFileSync(path, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const problems = run(promtool, ['check', 'rules', path]);
    const titles = [...problems.join().matchAll(/dashboard:expression:(\d+)/g)].map(
      ([, i]) => expressions[i].title,
    );
    return [...problems, ...titles.map((title) => `This is in the panel "${title}".`)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(promtool, args) {
  const { status, error, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8' });
  return status === 0 ? [] : [error?.message ?? `${stdout}${stderr}`];
}

function alertsOf(path) {
  return read(path).groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert));
}

function read(path) {
  return parse(readFileSync(path, 'utf8'));
}

function yamlFiles(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));
}
