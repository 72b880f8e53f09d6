import type { ChildProcess } from 'node:child_process';
import { spawnTied } from './tied-child.ts';

/** What the supervisor runs: all roles in one process. */
export interface Application {
  /** Resolves when there is a build that hasn't been launched yet. */
  newBuild(): Promise<void>;
  /** Starts the latest build. */
  launch(env: NodeJS.ProcessEnv): ChildProcess;
  /** `npm run dev`: a newer build replaces the running application, and a crash only ends the application. */
  readonly development?: Development;
}

export interface Development {
  /** Where a debugger can attach, as host:port. */
  readonly inspector: string;
  /** The application is ready again, and this is the environment that it would be launched with next. */
  ready(env: NodeJS.ProcessEnv): void;
  close(): Promise<void>;
}

/** A command, run once. */
export function once(command: string, args: readonly string[], cwd: string): Application {
  let launched = false;
  return {
    newBuild: () => (launched ? new Promise(() => undefined) : Promise.resolve()),
    launch: (env) => {
      launched = true;
      return spawnTied({ command, args, env, cwd, stdio: APP_STDIO, deathSignal: 'SIGTERM' });
    },
  };
}

const APP_STDIO: ['ignore', 'inherit', 'inherit'] = ['ignore', 'inherit', 'inherit'];
