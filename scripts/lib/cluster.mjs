/** Asks a cluster, through helm and kubectl, and lets them work. Credentials are theirs: they take them from KUBECONFIG. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { CannotGoOn } from './project.mjs';

const NO_CLUSTER =
  /unreachable|connection refused|no such host|i\/o timeout|TLS handshake timeout|certificate|was refused|EOF|stat .*kubeconfig/i;

/**
 * @param {{ release: string, namespace: string }} asked
 * @returns {Promise<import('./deployment.mjs').Found & { context: string }>}
 */
export async function lookAround({ release, namespace }) {
  const context = (await ask('kubectl', ['config', 'current-context'], { orElse: '' })).trim();
  const history = JSON.parse(
    await ask('helm', ['history', release, '--namespace', namespace, '--output', 'json'], {
      orElse: '[]',
      when: /release: not found/,
    }),
  );
  const deployed = history.findLast(({ status }) => status === 'deployed');
  return {
    context,
    history,
    values: deployed ? await valuesOf(release, namespace, deployed.revision) : {},
    serving: await servingColour(release, namespace),
  };
}

async function valuesOf(release, namespace, revision) {
  const answer = await ask('helm', [
    'get',
    'values',
    release,
    '--namespace',
    namespace,
    '--revision',
    String(revision),
    '--output',
    'json',
  ]);
  return JSON.parse(answer) ?? {};
}

async function servingColour(release, namespace) {
  const labels = `app.kubernetes.io/instance=${release},app.kubernetes.io/component=api`;
  const { items } = JSON.parse(
    await ask('kubectl', [
      'get',
      'services',
      '--namespace',
      namespace,
      '--selector',
      labels,
      '--output',
      'json',
    ]),
  );
  return items[0]?.spec.selector['gatehouse/colour'] ?? '';
}

/** @returns {Promise<string[]>} what Kubernetes complains about, the newest last; none where nobody may read it */
export async function warningsSince(namespace, time) {
  const place = ['--namespace', namespace, '--field-selector', 'type=Warning', '--output', 'json'];
  const { items } = JSON.parse(await ask('kubectl', ['get', 'events', ...place], { orElse: '{"items":[]}' }));
  const recent = items
    .map((event) => ({ ...event, at: Date.parse(event.lastTimestamp ?? event.eventTime) }))
    .filter(({ at }) => at >= time)
    .toSorted((one, other) => one.at - other.at);
  return recent.map(
    ({ involvedObject: { kind, name }, reason, message }) => `${kind} ${name}: ${reason}: ${message}`,
  );
}

async function ask(program, args, { orElse, when = /./ } = {}) {
  try {
    return (await promisify(execFile)(program, args, { maxBuffer: 16 << 20 })).stdout;
  } catch (error) {
    if (isMissing(error)) {
      throw new CannotGoOn(missing(program));
    }
    const said = String(error.stderr ?? error.message).trim();
    if (orElse !== undefined && when.test(said)) {
      return orElse;
    }
    if (NO_CLUSTER.test(said)) {
      throw new CannotGoOn(
        `No cluster answers. Set KUBECONFIG to the file that leads there, and try "kubectl get namespaces". ` +
          `What ${program} said:\n\n${said.split('\n').at(-1)}`,
      );
    }
    throw new CannotGoOn(`"${program} ${args.join(' ')}" failed:\n\n${said}`);
  }
}

let running;
let told = false;

/**
 * From now on Ctrl-C and SIGTERM end the program that runs, not us: a deployment that is cut off needs its way back more
 * than any other.
 */
export function outliveSignals() {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      told = true;
      running?.kill(signal);
    });
  }
}

/** Whether somebody wanted this to end. */
export function isToldToEnd() {
  return told;
}

/**
 * Runs a program with its output on ours.
 *
 * @param {{ shielded?: boolean }} [options] `shielded`: no signal ends it, not even a terminal's
 * @returns {Promise<number>} its exit code
 */
export async function work(program, args, { shielded = false } = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: shielded });
  running = shielded ? undefined : child;
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (error) => reject(isMissing(error) ? new CannotGoOn(missing(program)) : error));
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    running = undefined;
  }
}

/** @param {Error & { code?: string | number }} error */
function isMissing(error) {
  return error.code === 'ENOENT';
}

function missing(program) {
  const help = {
    helm: 'https://helm.sh/docs/intro/install',
    kubectl: 'https://kubernetes.io/docs/tasks/tools',
  };
  return `There is no ${program} on the PATH, and a deployment needs it. See ${help[program]}.`;
}
