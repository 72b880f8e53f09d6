/**
 * `npm run deploy -- --namespace accounts --values production.yaml --version 1.5.0`: deploys a version to the cluster that
 * KUBECONFIG leads to, tests it with `helm test`, and goes back by itself when something fails. How it deploys, rolling or
 * blue-green, is what `strategy` in the values says. docs/guides/release.md explains the options.
 *
 * Exit codes: 0 it serves; 1 it doesn't, and what served before serves; 2 the way back failed as well, or somebody else's
 * deployment is in its way: look at once.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { isToldToEnd, lookAround, outliveSignals, revisionsOf, warningsSince, work } from './cluster.ts';
import { planDeployment } from './deployment.ts';
import { UserError, inProject, main, seconds } from '../project.mjs';
import { othersWork } from './revisions.ts';

const USAGE = `npm run deploy -- --namespace NAME --values FILE --version TAG [--release NAME] [--values FILE …]
    [--digest sha256:…] [--chart FOLDER|oci://…] [--timeout 10m]
npm run deploy -- --namespace NAME --retire [--release NAME]`;

const OPTIONS = {
  release: { type: 'string', default: 'gatehouse' },
  namespace: { type: 'string' },
  values: { type: 'string', multiple: true, default: [] },
  version: { type: 'string' },
  digest: { type: 'string' },
  chart: { type: 'string', default: inProject('helm', 'gatehouse') },
  timeout: { type: 'string', default: '10m' },
  retire: { type: 'boolean', default: false },
};

/** What an option has to look like: all of them become arguments of helm, where a comma or a space means more. */
const FORMS = {
  release: [/^[a-z0-9][a-z0-9-]{0,52}$/, 'a name of lower-case letters, digits and hyphens'],
  namespace: [/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name of lower-case letters, digits and hyphens'],
  version: [/^(?!latest$)\w[\w.-]{0,127}$/, 'the tag of an image, such as 1.5.0, and not "latest"'],
  digest: [/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits'],
  timeout: [/^\d+(s|m|h)$/, 'a number with s, m or h'],
};

await main(async () => {
  const startedAt = Date.now();
  const asked = readOptions(process.argv.slice(2));
  const found = await lookAround(asked);
  const plan = planDeployment(asked, found);
  console.log(
    `Release ${asked.release}, namespace ${asked.namespace}, cluster ${found.context || 'of the pod'}.`,
  );
  outliveSignals();
  let upgrades = 0;
  for (const stage of plan.stages) {
    console.log(`\n== ${stage.title}\n   helm ${stage.helm.join(' ')}\n`);
    const mayUpgrade = stage.kind === 'upgrade' && !isToldToEnd();
    const { code, said } = await work('helm', stage.helm);
    if (code !== 0) {
      const ours = { upgrades, failure: mayUpgrade ? said : undefined };
      return goBack({ asked, found, stage, ours, startedAt });
    }
    upgrades += Number(mayUpgrade);
  }
  console.log(`\n${plan.result} (${seconds(startedAt)})`);
  return 0;
});

async function goBack({ asked, found, stage: { title, kind, back }, ours, startedAt }) {
  if (isToldToEnd()) {
    console.error(`\n== Told to end: ${title}`);
  } else {
    console.error(`\n== Failed: ${title}. What the cluster knows of it:\n`);
    await explain(asked, kind, startedAt);
  }
  if (!back) {
    console.error(
      '\nNothing served before, so there is nothing to go back to. What was deployed stays, to be looked at: mend the cause and ' +
        `deploy again, or remove it with "helm uninstall ${asked.release} --namespace ${asked.namespace}".`,
    );
    return 1;
  }
  const others = await othersSince(asked, found, ours);
  if (others) {
    console.error(
      `\nSomebody else changed the release ${asked.release} meanwhile. ${others} So it stays as it is now. Find out who that ` +
        'was (helm knows no names), wait until it is through, and look at what serves: kubectl get pods, services. If that ' +
        `is not what should serve, the way back of this run was:\n\n  helm ${back.helm.join(' ')}`,
    );
    return 2;
  }
  console.error(`\n== ${back.title}\n   helm ${back.helm.join(' ')}\n`);
  const { code } = await work('helm', back.helm, { shielded: true });
  if (code !== 0) {
    console.error(
      '\nThe way back failed as well. Look at once what serves: kubectl get pods, services. docs/guides/deploy.md has the ' +
        'commands of the way back.',
    );
    return 2;
  }
  console.error('\nThe deployment failed. What served before serves.');
  return 1;
}

/** Where helm doesn't say, nothing is known of others, and what served before is more urgent. */
async function othersSince(asked, found, ours) {
  try {
    return othersWork(found.history, await revisionsOf(asked, { shielded: true }), ours);
  } catch (error) {
    console.error(`\nWhether somebody else deploys can't be told: ${error.message}`);
    return '';
  }
}

/**
 * Before the way back takes it away: the pods, what Kubernetes complains about, and what the hook that may have failed said.
 * No trouble in here is worth the way back.
 */
async function explain({ release, namespace }, kind, startedAt) {
  const ours = `app.kubernetes.io/instance=${release}`;
  const hook = kind === 'test' ? 'test' : 'migrate';
  const show = (...args) => work('kubectl', [...args, '--namespace', namespace]);
  await show('get', 'pods', '--selector', ours);
  console.error('\nWarnings in the namespace since the start:');
  console.error(await warningsSince(namespace, startedAt).then(lastOnes, unknown));
  console.error(`\nThe last lines of the hook "${hook}", if it still has a pod:\n`);
  const selector = `${ours},app.kubernetes.io/component=${hook}`;
  await show('logs', '--selector', selector, '--all-containers', '--prefix', '--tail', '40');
}

function lastOnes(warnings) {
  return warnings.slice(-10).join('\n') || 'none';
}

function unknown(error) {
  return `unknown: ${error.message}`;
}

function readOptions(args) {
  const options = parseOptions(args);
  const needed = options.retire ? ['namespace'] : ['namespace', 'values', 'version'];
  for (const name of needed) {
    if (!options[name]?.length) {
      throw new UserError(`--${name} is missing.\n\n${USAGE}`);
    }
  }
  for (const [name, [form, words]] of Object.entries(FORMS)) {
    const value = options[name];
    if (typeof value === 'string' && !form.test(value)) {
      throw new UserError(`--${name} is "${value}", but has to be ${words}.`);
    }
  }
  const chart = String(options.chart);
  if (!chart.startsWith('oci://') && !existsSync(chart)) {
    throw new UserError(`There is no chart at ${chart}. Name its folder, or oci://…, with --chart.`);
  }
  return { ...options, settings: readSettings(options.values) };
}

function parseOptions(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UserError(`${error.message}\n\n${USAGE}`);
  }
}

/** The two values that decide what is done; helm reads the others. As there, the later file wins. */
function readSettings(files) {
  const settings = {};
  for (const file of files) {
    const values = readValues(file);
    settings.strategy = values?.strategy ?? settings.strategy;
    settings.active = values?.blueGreen?.active ?? settings.active;
  }
  return settings;
}

function readValues(file) {
  if (!existsSync(file)) {
    throw new UserError(
      `There is no file ${file}. docs/guides/deploy.md shows what the values have to hold.`,
    );
  }
  try {
    return parse(readFileSync(file, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    // Not its message: that quotes the file, and what is wrong there may be a password.
    const [place] = error.linePos ?? [];
    const where = place ? `: ${error.code} in line ${place.line}, column ${place.col}` : '';
    throw new UserError(`${file} is not YAML${where}.`);
  }
}
