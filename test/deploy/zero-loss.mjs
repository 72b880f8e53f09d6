import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#tools/embedded';
import { register, startEnvironment } from '../support/processes.mjs';
import { startBalancer } from './balancer.mjs';
import { startLoad } from './load.mjs';
import { refuseArguments } from '../../tools/project.mjs';

const REQUESTS = 50_000;
const CALLERS = 16;
/** Longer than the balancer takes to notice. */
const DRAIN_SECONDS = '3';

/** Whether a deployment loses requests: rolling and blue-green with a drain, and without one, which must lose some. */
export async function measureZeroLoss() {
  refuseArguments();
  const environment = await startEnvironment();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-deploy-'));
  try {
    const rolling = await deploy(environment, folder, { drain: DRAIN_SECONDS, run: roll });
    const blueGreen = await deploy(environment, folder, { drain: DRAIN_SECONDS, run: switchColours });
    const undrained = await deploy(environment, folder, { drain: '0', run: roll });
    const rows = [
      { what: 'rolling', ...rolling, met: rolling.failed === 0 },
      { what: 'blue-green', ...blueGreen, met: blueGreen.failed === 0 },
      { what: 'rolling without a drain (must fail)', ...undrained, met: undrained.failed > 0 },
    ];
    for (const { what, answered, failed, failures, met } of rows) {
      const kinds = [...failures].map(([kind, count]) => `${count} × ${kind}`).join(', ');
      console.log(
        `${what.padEnd(38)} ${failed} failed of ${answered + failed} ${kinds && `(${kinds})`}  ${met ? 'met' : 'MISSED'}`,
      );
    }
    return rows.every(({ met }) => met) ? 0 : 1;
  } finally {
    await environment.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function deploy(environment, folder, { drain, run }) {
  const replicas = await Promise.all(
    ['blue1', 'blue2', 'green1', 'green2'].map(async (name) => ({
      name,
      port: await freePort(),
      managementPort: await freePort(),
      served: name.startsWith('blue'),
    })),
  );
  const start = async (replica) => {
    replica.process = await environment.startApi({
      PORT: String(replica.port),
      MANAGEMENT_PORT: String(replica.managementPort),
      DRAIN_SECONDS: drain,
      RATE_LIMIT_DEFAULT: 'off',
      LOG_LEVEL: 'warn',
    });
  };
  const [blue, green] = [replicas.slice(0, 2), replicas.slice(2)];
  await Promise.all(blue.map(start));
  const balancer = await startBalancer(folder, replicas);
  await Promise.all(blue.map(({ name }) => balancer.until(name, 'UP')));
  const [session] = await register(blue[0].process.url, 1, 'seven brave otters', `${drain}-${run.name}`);
  const load = startLoad(balancer.url, session.accessToken, CALLERS);
  await run({ blue, green, start, balancer });
  while (load.counts.answered < REQUESTS) {
    await delay(100);
  }
  await load.stop();
  await balancer.stop();
  await Promise.all(replicas.map((replica) => replica.process?.stop()));
  return load.counts;
}

/** Restarts one replica after the other, as a rolling update does. */
async function roll({ blue, start, balancer }) {
  for (const replica of blue) {
    await delay(1000);
    await replica.process.stop();
    await start(replica);
    await balancer.until(replica.name, 'UP');
  }
}

/** Starts the other colour beside the first, switches to it, and stops the first; then all the way back. */
async function switchColours({ blue, green, start, balancer }) {
  for (const [from, to] of [
    [blue, green],
    [green, blue],
  ]) {
    await Promise.all(to.filter(({ process }) => !process).map(start));
    await delay(1000);
    await balancer.switchTo(to.map(({ name }) => name));
    await delay(1000);
    await Promise.all(from.map(({ process }) => process.stop()));
    from.forEach((replica) => delete replica.process);
  }
}
