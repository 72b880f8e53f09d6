/**
 * `npm run alerts`: checks what operators see. The rules are valid, every alert has tests that it fires and that it stays
 * silent, and a section in the guide; the dashboard contains only valid queries.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { inProject, main, refuseArguments, seconds } from '../project.mjs';
import { promtool, run } from './programs.ts';

const RULES = inProject('helm', 'gatehouse', 'rules');
const DASHBOARD = inProject('helm', 'gatehouse', 'dashboards', 'gatehouse.json');
const GUIDE = 'docs/guides/observability.md';

interface Alert {
  readonly alert: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What we check of a dashboard in Grafana's model. */
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

interface RuleTest {
  readonly alertname: string;
  readonly exp_alerts?: readonly object[];
}

await main(async () => {
  refuseArguments();
  const startedAt = Date.now();
  const program = await promtool();
  const rules = yamlFiles(RULES);
  const tests = yamlFiles(join(RULES, 'tests'));
  const alerts = rules.flatMap((path) =>
    read<{ groups: { rules: Alert[] }[] }>(path).groups.flatMap((group) =>
      group.rules.filter(({ alert }) => alert),
    ),
  );
  const results = {
    'the rules are valid': await failures(program, ['check', 'rules', '--lint-fatal', ...rules]),
    'the tests of the rules pass': await failures(program, ['test', 'rules', ...tests]),
    [`${alerts.length} alerts are tested to fire and to stay silent`]: untested(alerts, tests),
    [`each alert is explained in ${GUIDE}`]: unexplained(alerts),
    'the queries of the dashboard are valid': await invalidQueries(program),
  };
  for (const [title, problems] of Object.entries(results)) {
    console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`);
    problems.forEach((problem) => console.log(`\n${problem.trim()}\n`));
  }
  const failed = alerts.length === 0 || Object.values(results).some((problems) => problems.length > 0);
  console.log(`\n${failed ? 'Some checks failed' : 'All checks passed'} (${seconds(startedAt)}).`);
  return failed ? 1 : 0;
});

function untested(alerts: readonly Alert[], tests: readonly string[]): string[] {
  const cases = tests.flatMap((path) =>
    read<{ tests: { alert_rule_test?: RuleTest[] }[] }>(path).tests.flatMap(
      (test) => test.alert_rule_test ?? [],
    ),
  );
  return alerts.flatMap(({ alert }) => {
    const fires = cases
      .filter(({ alertname }) => alertname === alert)
      .map((test) => Boolean(test.exp_alerts?.length));
    return [
      ...(fires.includes(true) ? [] : [`No test shows that ${alert} fires.`]),
      ...(fires.includes(false) ? [] : [`No test shows that ${alert} stays silent.`]),
    ];
  });
}

/** The guide has a section for each alert, where its runbook_url leads, and for no other. */
function unexplained(alerts: readonly Alert[]): string[] {
  const sections = [...readFileSync(inProject(GUIDE), 'utf8').matchAll(/^#+ (Gatehouse\w+)$/gm)].map(
    ([, name]) => name,
  );
  return [
    ...alerts.flatMap(({ alert, labels, annotations }) => [
      ...(sections.includes(alert) ? [] : [`${alert} has no section in ${GUIDE}.`]),
      ...(annotations?.['runbook_url'] === `${GUIDE}#${alert.toLowerCase()}`
        ? []
        : [`The runbook_url of ${alert} leads elsewhere.`]),
      ...(annotations?.['summary'] && annotations['description'] && labels?.['severity']
        ? []
        : [`${alert} lacks a summary, a description or a severity.`]),
    ]),
    ...sections
      .filter((section) => !alerts.some(({ alert }) => alert === section))
      .map((section) => `${GUIDE} explains ${section}, which does not exist.`),
  ];
}

/** Checks queries as recording rules, with values for Grafana's variables. */
async function invalidQueries(program: string): Promise<string[]> {
  const dashboard = read<Dashboard>(DASHBOARD);
  const queries = [
    ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
    ...dashboard.annotations.list.map(({ name, expr }) => ({ title: name, expr })),
  ];
  const rules = queries.map(({ expr }, index) => ({
    record: `dashboard:query:${index}`,
    expr: expr.replaceAll('$__rate_interval', '2m').replaceAll(/\$\w+/g, '.*'),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-dashboard-'));
  try {
    const path = join(folder, 'dashboard.yaml');
    writeFileSync(path, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const problems = await failures(program, ['check', 'rules', path]);
    const titles = [...problems.join().matchAll(/dashboard:query:(\d+)/g)].map(
      ([, i]) => queries[Number(i)]?.title,
    );
    return [
      ...(queries.length > 0 ? [] : ['It has no queries.']),
      ...problems,
      ...titles.map((title) => `This is in the panel "${title}".`),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function failures(program: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(program, args);
  return code === 0 ? [] : [stdout + stderr];
}

function read<T>(path: string): T {
  return parse(readFileSync(path, 'utf8')) as T;
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));
}
