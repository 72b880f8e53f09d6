/** Asks a cluster, through helm and kubectl, and lets them work. Credentials are theirs: they take them from KUBECONFIG. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../project.mjs';

const NO_CLUSTER =
  /unreachable|connection refused|no such host|i\/o timeout|TLS handshake timeout|certificate|was refused|EOF|stat .*kubeconfig/i;

/**
 * @param {{ release: string, namespace: string }} asked
 * @returns {Promise<import('./deployment.mjs').Found & { context: string }>}
 */
export async function lookAround({ release, namespace }) {
  const context = (await ask('kubectl', ['config', 'current-context'], { orElse: '' })).trim();
  const history = await revisionsOf({ release, namespace });
  const deployed = history.findLast(({ status }) => status === 'deployed');
  return {
    context,
    history,
    values: deployed ? await valuesOf(release, namespace, deployed.revision) : {},
    serving: await servingColour(release, namespace),
  };
}

/** @returns {Promise<import('./deployment.mjs').Revision[]>} the oldest first; empty when there is no release */
export async function revisionsOf({ release, namespace }, { shielded = false } = {}) {
  const place = ['--namespace', namespace, '--output', 'json'];
  return JSON.parse(
    await ask('helm', ['history', release, ...place], {
      orElse: '[]',
      when: /release: not found/,
      shielded,
    }),
  );
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

/** @returns {Promise<string[]>} what Kubernetes complains about, the newest last */
export async function warningsSince(namespace, time) {
  const place = ['--namespace', namespace, '--field-selector', 'type=Warning', '--output', 'json'];
  const { items } = JSON.parse(await ask('kubectl', ['get', 'events', ...place]));
  const recent = items
    .map((event) => ({ ...event, at: Date.parse(event.lastTimestamp ?? event.eventTime) }))
    .filter(({ at }) => at >= time)
    .toSorted((one, other) => one.at - other.at);
  return recent.map(
    ({ involvedObject: { kind, name }, reason, message }) => `${kind} ${name}: ${reason}: ${message}`,
  );
}

/** @param {{ orElse?: string, when?: RegExp, shielded?: boolean }} [options] `orElse`: the answer if it fails, or only `when` */
async function ask(program, args, { orElse, when, shielded } = {}) {
  let answer = '';
  let said = '';
  const code = await run(program, args, {
    shielded,
    out: (text) => (answer += text),
    err: (text) => (said += text),
  });
  if (code === 0) {
    return answer;
  }
  said = said.trim();
  if (orElse !== undefined && (!when || when.test(said))) {
    return orElse;
  }
  if (NO_CLUSTER.test(said)) {
    throw new UserError(
      `No cluster answers. Set KUBECONFIG to the file that leads there, and try "kubectl get namespaces". ` +
        `What ${program} said:\n\n${said.split('\n').at(-1)}`,
    );
  }
  throw new UserError(`"${program} ${args.join(' ')}" failed:\n\n${said}`);
}

/** The program that a signal ends. */
let running;
let outlives = false;
let told = false;

/**
 * From now on a signal ends the program that runs, not us: a deployment that is cut off needs its way back more than any
 * other. The same holds when nobody reads our output any more, because the terminal or a pipe is gone.
 */
export function outliveSignals() {
  outlives = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      end();
      console.error(`\nTold to end by ${signal}.`);
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', end);
  }
}

/** With SIGTERM, whatever we got: helm writes down that it was ended by that, but not by SIGHUP. */
function end() {
  told = true;
  running?.kill('SIGTERM');
}

/** Whether somebody wanted this to end. */
export function isToldToEnd() {
  return told;
}

/**
 * Runs a program with its output on ours. It fails, rather than throws, when it can't be run.
 *
 * @param {{ shielded?: boolean }} [options] `shielded`: it begins and goes on even when we are told to end
 * @returns {Promise<{ code: number, said: string }>} its exit code, and its errors
 */
export async function work(program, args, { shielded = false } = {}) {
  let said = '';
  const err = (text) => {
    said += text;
    process.stderr.write(text);
  };
  try {
    const code = await run(program, args, { shielded, out: (text) => process.stdout.write(text), err });
    return { code, said };
  } catch (error) {
    console.error(error.message);
    return { code: 1, said };
  }
}

/**
 * Its output goes through us: what writes to a terminal or a pipe that is gone dies of it. And as soon as we outlive
 * signals, it has a session of its own, where those of a terminal only come by us.
 */
async function run(program, args, { shielded = false, out, err }) {
  if (told && !shielded) {
    return 1;
  }
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: outlives });
  child.stdout.setEncoding('utf8').on('data', out);
  child.stderr.setEncoding('utf8').on('data', err);
  running = shielded ? undefined : child;
  try {
    const [code] = await once(child, 'close');
    return code ?? 1;
  } catch (error) {
    throw isMissing(error) ? new UserError(missing(program)) : error;
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
