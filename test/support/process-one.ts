import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eventually } from './eventually.js';
import { hold } from './fixture.js';
import {
  type AppEnvironment,
  type AppRole,
  launchApp,
  type LaunchOptions,
  type RunningApp,
} from './spawn-app.js';

/** Whether we may create process IDs of our own, which takes root or user namespaces. */
const canUnshare = spawnSync('unshare', ['-pf', 'true']).status === 0;

/**
 * Starts a process as number 1 of its own, as in a container: the kernel then drops signals that it has no handler for.
 * Where that isn't permitted, starts it like any other. It's killed after the test.
 */
export async function launchAsProcessOne(
  role: AppRole,
  env: AppEnvironment,
  options: LaunchOptions = {},
): Promise<RunningApp> {
  const within = canUnshare ? ['unshare', '-pf', '--kill-child'] : [];
  const app = await hold(launchApp(role, env, { ...options, within }), (running) => running.kill());
  if (!canUnshare) {
    return app;
  }
  const pid = await eventually(() => childOf(app.pid));
  return {
    ...app,
    pid,
    kill: async (signal = 'SIGKILL') => {
      process.kill(pid, signal);
    },
  };
}

function childOf(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  if (!child) {
    throw new Error(`process ${pid} has no child yet`);
  }
  return Number(child);
}
