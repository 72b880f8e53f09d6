/**
 * `node scripts/chart.mjs`: checks the Helm chart without a cluster. Every values file in helm/gatehouse/ci is linted,
 * rendered for the oldest Kubernetes and a recent one, and held against their schemas and the promises of
 * lib/chart-promises.mjs; then come the values of the guide, and those that must be refused, each with its sentence.
 * `--without-schemas` leaves out the schemas of Kubernetes, which come by pip.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROMISES, UNUSUAL } from './chart-promises.ts';
import { MISTAKES, REFUSED } from './chart-refusals.ts';
import { bringTools, run } from './helm.ts';
import { manifestChecker, parseManifests } from './manifests.ts';
import { inProject, main, seconds } from '../project.mjs';

const CHART = inProject('helm', 'gatehouse');
const CI = join(CHART, 'ci');
const GUIDE = inProject('docs', 'guides', 'deploy.md');
const RECENT = '1.37.0';
const WITHOUT_SCHEMAS = '--without-schemas';

/** What a cluster may have besides Kubernetes itself. */
const OPTIONAL_APIS = ['monitoring.coreos.com/v1', 'keda.sh/v1alpha1', 'gateway.networking.k8s.io/v1'];
const WITHOUT_OPTIONAL_APIS = ['minimal', 'old-cluster'];

const CHECKS = [
  { title: 'lint --strict', check: lint },
  { title: 'the schemas of the oldest Kubernetes and a recent one', check: conform, bySchemas: true },
  { title: 'mistakes in manifests are found', check: findMistakes, bySchemas: true },
  { title: 'the promises that no schema knows', check: keepPromises },
  { title: `${UNUSUAL.length} names and numbers that are easily misread`, check: renderUnusual },
  { title: 'the values in the guide', check: renderGuide },
  { title: `${REFUSED.length} values that must be refused, each with its sentence`, check: refuse },
  { title: 'the switch of colours changes no pod', check: keepPods },
];

await main(async () => {
  const startedAt = Date.now();
  const withSchemas = !process.argv.includes(WITHOUT_SCHEMAS);
  const checks = CHECKS.filter(({ bySchemas }) => withSchemas || !bySchemas);
  const tools = await bringTools({ withSchemas });
  const problems = [];
  for (const helm of tools.helms) {
    console.log(helm.name);
    for (const { title, check } of checks) {
      const found = await check(helm.path, tools);
      console.log(`  ${found.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`);
      problems.push(...found.map((problem) => `${helm.name}, ${problem}`));
    }
  }
  for (const problem of problems) {
    console.error(`\n${problem}`);
  }
  console.log(
    `\n${problems.length === 0 ? 'The chart is fine' : 'The chart is not fine'} (${seconds(startedAt)}).`,
  );
  return problems.length === 0 ? 0 : 1;
});

async function lint(helm) {
  const problems = [];
  for (const name of valuesFiles()) {
    const { code, stdout, stderr } = await run(helm, ['lint', '--strict', CHART, '--values', file(name)]);
    problems.push(...(code === 0 ? [] : [`lint of ${name}:\n${stdout}${stderr}`]));
  }
  return problems;
}

async function conform(helm, { kubernetes }) {
  const problems = [];
  for (const { version, folder } of kubernetes) {
    const check = manifestChecker([folder, join(CI, 'schemas')]);
    for (const name of valuesFiles()) {
      const { code, stdout, stderr } = await template(helm, name, version);
      const { count, problems: found } = check(stdout);
      problems.push(
        ...(code === 0 ? [] : [`${name} for ${version}:\n${stderr}`]),
        ...(count > 0 ? [] : [`${name} for ${version}: nothing was rendered`]),
        ...found.map((problem) => `${name} for ${version}: ${problem}`),
      );
    }
  }
  return problems;
}

/** A check that finds nothing in wrong manifests would find nothing anywhere. */
async function findMistakes(helm, { kubernetes }) {
  const { stdout } = await template(helm, 'rolling-full', RECENT);
  return kubernetes.flatMap(({ folder }) => {
    const check = manifestChecker([folder, join(CI, 'schemas')]);
    return MISTAKES.flatMap(([right, wrong, sentence]) => {
      const mistaken = stdout.replace(right, wrong);
      const found = check(mistaken).problems.some((problem) => problem.includes(sentence));
      return mistaken !== stdout && found ? [] : [`"${wrong}" was not found with "${sentence}"`];
    });
  });
}

async function keepPromises(helm) {
  const problems = [];
  for (const name of valuesFiles()) {
    const { stdout } = await template(helm, name, RECENT);
    problems.push(...broken(stdout).map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

async function renderUnusual(helm) {
  const problems = [];
  for (const [release, name, change, wanted] of UNUSUAL) {
    const { code, stdout, stderr } = await template(helm, name, RECENT, [change], release);
    const found = [
      ...(code === 0 ? [] : [stderr]),
      ...(stdout.includes(wanted) ? [] : [`${wanted} was not rendered`]),
      ...broken(stdout),
    ];
    problems.push(...found.map((problem) => `${release}, ${name} with ${change}: ${problem}`));
  }
  return problems;
}

function broken(stdout) {
  const manifests = parseManifests(stdout).map(({ content }) => content);
  return PROMISES.flatMap((promise) => promise(manifests));
}

/** Every YAML block of the guide that holds values of this chart, on top of the least that has to be given. */
async function renderGuide(helm) {
  const known = Object.keys(parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')));
  const blocks = [...readFileSync(GUIDE, 'utf8').matchAll(/^```yaml\n(.*?)^```/gms)]
    .map(([, text]) => text)
    .filter((text) => Object.keys(parse(text)).every((key) => known.includes(key)));
  const problems =
    blocks.length >= 4 ? [] : [`the guide shows ${blocks.length} blocks of values, at least 4 were expected`];
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-chart-'));
  try {
    for (const text of blocks) {
      const values = join(folder, 'values.yaml');
      writeFileSync(values, text);
      const tag = parse(text).strategy === 'blueGreen' ? ['--set', 'image.tag='] : [];
      const { code, stderr } = await template(helm, 'minimal', RECENT, ['--values', values, ...tag]);
      problems.push(...(code === 0 ? [] : [`values of the guide:\n${text}\n${stderr}`]));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return problems;
}

async function refuse(helm) {
  const problems = [];
  for (const [name, change, sentence, release] of REFUSED) {
    const { code, stderr } = await template(helm, name, RECENT, ['--set', change], release);
    if (code === 0 || !stderr.includes(sentence)) {
      const answer = code === 0 ? 'was rendered' : `said:\n${stderr}`;
      problems.push(`${name} with ${change} should be refused with "${sentence}", but ${answer}`);
    }
  }
  return problems;
}

/** The switch is instant, and so is the way back, only if it changes selectors and numbers but no pod. */
async function keepPods(helm) {
  const [blue, green] = await Promise.all(
    ['blue', 'green'].map(async (colour) => {
      const { stdout } = await template(helm, 'blue-green', RECENT, ['--set', `blueGreen.active=${colour}`]);
      const documents = stdout.split(/^---$/m);
      return {
        api: only(documents, /^kind: Deployment$/m, /^ {2}name: \S+-api-/m),
        jobs: only(documents, /^kind: Deployment$/m, /^ {2}name: \S+-(worker|notifications)-/m).map((text) =>
          text.replace(/^ {2}replicas: \d+\n/m, ''),
        ),
        selectors: only(documents, /^kind: Service$/m, /gatehouse\/colour/).join(''),
      };
    }),
  );
  const problems = [];
  if (blue.api.length !== 2 || String(blue.api) !== String(green.api)) {
    problems.push('the switch of colours changes a Deployment of the API');
  }
  if (blue.jobs.length !== 4 || String(blue.jobs) !== String(green.jobs)) {
    problems.push('the switch of colours changes more than the replicas of a Deployment that does jobs');
  }
  if (blue.selectors === green.selectors) {
    problems.push('the switch of colours changes no Service');
  }
  return problems;
}

function only(documents, ...patterns) {
  return documents.filter((text) => patterns.every((pattern) => pattern.test(text)));
}

function template(helm, name, kubernetes, args = [], release = 'gh') {
  const apis = WITHOUT_OPTIONAL_APIS.includes(name) ? [] : OPTIONAL_APIS;
  const cluster = ['--kube-version', kubernetes, ...apis.flatMap((api) => ['--api-versions', api])];
  return run(helm, ['template', release, CHART, '--values', file(name), ...cluster, ...args]);
}

function valuesFiles() {
  const ending = '-values.yaml';
  return readdirSync(CI).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
}

function file(name) {
  return join(CI, `${name}-values.yaml`);
}
