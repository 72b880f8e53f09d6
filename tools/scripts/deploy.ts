/**
 * `npm run deploy -- --namespace accounts --values production.yaml --version 1.5.0`: deploys a version with Helm and tests it
 * with `helm test`. Helm rolls back an upgrade that fails or is interrupted (`--atomic`). This script rolls back if the test
 * fails, and does the blue-green switch. Exit codes: 0, the version is live; 1, what was live before still is; 2, check the
 * release at once. docs/guides/release.md explains the options.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { inProject, main, UserError } from '../project.mjs';
import { must, run } from './programs.ts';

type Image = { tag?: string; digest?: string };
type Values = { strategy?: string; blueGreen?: { active?: 'blue' | 'green'; blue?: Image; green?: Image } };

const GUIDE = 'docs/guides/deploy.md#when-something-is-wrong';
let interrupted = false;
let running: ChildProcess | undefined;

await main(async () => {
  const asked = readOptions();
  const revisions = await history(asked);
  const live = revisions.findLast(({ status }) => status === 'deployed')?.revision ?? 0;
  const steps = await plan(asked, live);
  const interrupt = (): void => {
    running?.kill(interrupted ? 0 : 'SIGTERM');
    interrupted = true;
  };
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.on(signal, interrupt));
  let [before, after, made] = [live, live, revisions.at(-1)?.revision ?? 0];
  for (const [title, ...args] of steps) {
    const upgrades = args[0] === 'upgrade';
    console.log(`\n== ${title}\n   helm ${args.join(' ')}\n`);
    const failed = interrupted || (await show('helm', args)) !== 0;
    // Helm numbers revisions one by one.
    [before, after, made] = upgrades && !failed ? [after, made + 1, made + 1] : [before, after, made];
    if (failed || interrupted) {
      console.error(`\n== ${interrupted ? 'Interrupted' : 'Failed'}: ${title}\n`);
      return goBack(asked, before, upgrades && failed ? undefined : made);
    }
  }
  console.log(`\n${asked.version} is live.`);
  return 0;
});

/** The steps: a title, and the arguments for Helm. */
async function plan({ values, ...asked }: Asked, live: number): Promise<string[][]> {
  const { release, place, chart, version, digest, timeout } = asked;
  const wanted = readValues(values);
  const get = ['get', 'values', release, ...place, `--revision=${live}`, '--output=json'];
  const found: Values = live ? JSON.parse(await must('helm', get)) : wanted;
  const { strategy = 'rolling', blueGreen = {} } = found;
  if (strategy !== (wanted.strategy ?? 'rolling')) {
    throw new UserError(`${release} has the strategy ${strategy}. To change it, see ${GUIDE}.`);
  }
  const base = ['upgrade', release, chart, '--install', ...place, '--wait', '--timeout', timeout];
  const files = values.flatMap((file) => ['--values', file]);
  const published = chart.startsWith('oci://') ? ['--version', version] : [];
  // A first installation that fails stays, so that you can see why.
  const safely = live ? ['--atomic'] : [];
  const upgrade = (title: string, sets: string, ...flags: string[]): string[] =>
    [title].concat(base, files, published, '--set-string', sets, flags, safely);
  const test = ['Test', 'test', release, ...place, '--logs', '--timeout', '5m'];
  if (strategy !== 'blueGreen') {
    return [upgrade(`Deploy ${version}`, `image.tag=${version},image.digest=${digest}`), test];
  }
  const { active = 'blue', ...images } = blueGreen;
  const other = active === 'blue' ? 'green' : 'blue';
  const selector = `--selector=app.kubernetes.io/instance=${release},app.kubernetes.io/component=api`;
  const colour = "--output=jsonpath={.items[0].spec.selector['gatehouse/colour']}";
  const serving = live ? await must('kubectl', ['get', 'services', ...place, selector, colour]) : active;
  if (serving !== active) {
    throw new UserError(`${serving || 'No colour'} is live, but the release says ${active}. See ${GUIDE}.`);
  }
  const image: Image = { tag: version, digest };
  const both: Values['blueGreen'] = live ? { [active]: images[active], [other]: image } : { [active]: image };
  const set = (path: string, { tag = '', digest: hash = '' }: Image = {}): string =>
    `blueGreen.${path}.tag=${tag},blueGreen.${path}.digest=${hash}`;
  const sets = `${set('blue', both.blue)},${set('green', both.green)},blueGreen.active`;
  const start = [upgrade(`Start ${version} as ${live ? other : active}`, `${sets}=${active}`), test];
  return live ? [...start, upgrade(`Switch to ${other}`, `${sets}=${other}`, '--no-hooks'), test] : start;
}

/** Helm has rolled back an upgrade that failed. If the test failed, we do: `made` is the revision to leave. */
async function goBack(asked: Asked, before: number, made?: number): Promise<number> {
  const { release, place, timeout } = asked;
  interrupted = true; // Signals do not stop a rollback.
  const hooks = `app.kubernetes.io/instance=${release},app.kubernetes.io/component in (migrate,test)`;
  await show('kubectl', ['get', 'events', ...place, '--field-selector=type=Warning']);
  await show('kubectl', ['logs', ...place, '--selector', hooks, '--prefix', '--tail=40']);
  const latest = (await history(asked).catch(() => [])).at(-1);
  const rollback = ['rollback', release, `${before}`, ...place, '--wait', '--timeout', timeout];
  const isOurs = made !== undefined && (latest?.revision ?? made) === made;
  if (before === 0) {
    console.error('\nNothing was live before. Fix the cause and deploy again, or run "helm uninstall".');
  } else if (isOurs ? (await show('helm', rollback)) === 0 : !made && latest?.status === 'deployed') {
    console.error('\nWhat was live before still is.');
  } else {
    const found = `Revision ${latest?.revision} is "${latest?.status}". If someone else is deploying, wait`;
    console.error(`\nCheck the release at once. ${found}. To roll back: helm ${rollback.join(' ')}`);
    return 2;
  }
  return 1;
}

async function history({ release, place }: Asked): Promise<{ revision: number; status: string }[]> {
  const { code, stdout, stderr } = await run('helm', ['history', release, ...place, '--output=json']);
  if (code !== 0 && !stderr.includes('release: not found')) {
    throw new UserError(`Helm cannot read the release. Does KUBECONFIG lead to the cluster?\n\n${stderr}`);
  }
  return JSON.parse(code === 0 ? stdout : '[]');
}

/** Runs a program in its own session, which a terminal's signals do not reach. @returns its exit code */
async function show(program: string, args: string[]): Promise<number> {
  running = spawn(program, args, { stdio: 'inherit', detached: true });
  const [code] = (await once(running, 'close').catch(() => [1])) as [number | null];
  return code ?? 1;
}

type Asked = ReturnType<typeof readOptions>;

function readOptions() {
  const text = (value = '') => ({ type: 'string', default: value }) as const;
  const texts = { namespace: text(), version: text(), digest: text(), release: text('gatehouse') };
  const values = { type: 'string', multiple: true, default: [] as string[] } as const;
  const chart = text(inProject('helm', 'gatehouse'));
  const { values: asked } = parseArgs({ options: { ...texts, values, chart, timeout: text('10m') } });
  if (
    !asked.namespace ||
    !/^(?!latest:)\w[\w.-]*:(sha256:\w{64})?$/.test(`${asked.version}:${asked.digest}`)
  ) {
    throw new UserError('Give --namespace, --version (not "latest") and optionally --digest (sha256:…).');
  }
  return { ...asked, place: ['--namespace', asked.namespace] };
}

/** What decides on the steps. As in Helm, the last file wins. */
function readValues(files: readonly string[]): Values {
  return files.reduce((values, file) => {
    try {
      return { ...values, ...(parse(readFileSync(file, 'utf8'), { logLevel: 'error' }) as Values) };
    } catch (error) {
      // Its message quotes the file, which may contain a password.
      throw new UserError(`Cannot read ${file}: ${(error as { code: string }).code}.`);
    }
  }, {});
}
