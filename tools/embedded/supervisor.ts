import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, LockHeld } from '../lock.mjs';
import { seconds } from '../project.mjs';
import { AppRecord } from './app-record.ts';
import { banner } from './banner.ts';
import { CannotStart, type Log } from './embedded-server.ts';
import { type Environment, isGiven, type Plan, planFrom, reachable, withChosenPorts } from './environment.ts';
import { writePrivate } from './private-file.ts';
import { untilReady } from './readiness.ts';
import { FirstAdmin } from './secrets.ts';
import { generatedVariables } from './generated-variables.ts';
import { Servers } from './servers.ts';
import { requirePorts } from './ports.ts';
import { StopRequest } from './stop-request.ts';
import { exitCodeOf, exitOf, spawnTied, stopChild } from './tied-child.ts';

export interface SupervisorOptions {
  readonly env: Environment;
  /** Relative paths start here. */
  readonly root: string;
  /** The application: all roles in one process. */
  readonly app: { readonly command: string; readonly args: readonly string[] };
  readonly print: Log;
}

/** Why a run ends. */
type End =
  | { readonly why: 'exited'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly why: 'stop' }
  | { readonly why: 'server-lost'; readonly server: string };

/**
 * Runs the application, and every server whose URL is not set, until a signal or the end of the application. Always stops
 * everything it started before it returns.
 * @returns the exit code
 */
export async function supervise(options: SupervisorOptions): Promise<number> {
  const supervisor = new Supervisor({ ...options, env: await withChosenPorts(options.env) });
  try {
    return await supervisor.run();
  } catch (error) {
    if (!(error instanceof CannotStart)) {
      throw error;
    }
    options.print(`\n${error.message}\n`);
    return 1;
  } finally {
    await supervisor.cleanUp();
  }
}

class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly plan: Plan;
  private readonly servers = new Servers();
  private readonly record: AppRecord;
  private readonly stop: StopRequest;
  private readonly startedAt = Date.now();
  private readonly urlsFile: string;
  private app: ChildProcess | undefined;
  private unlock: (() => void) | undefined;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.plan = planFrom(options.env, options.root);
    this.record = new AppRecord(this.plan.dataDir);
    this.urlsFile = join(this.plan.dataDir, 'servers.env');
    this.stop = new StopRequest(isGiven(options.env, 'npm_lifecycle_event'), () => this.force());
  }

  async run(): Promise<number> {
    const { embedded } = this.plan;
    if (embedded.postgres || embedded.redis || embedded.mailbox) {
      await this.claimDataDir();
    }
    const { host, port, managementPort } = this.plan;
    await requirePorts(host, { PORT: port, MANAGEMENT_PORT: managementPort });
    await this.servers.start(this.plan, this.options.print);
    return this.stop.isMade ? 0 : this.runApp();
  }

  async cleanUp(): Promise<void> {
    await this.servers.stop();
    if (this.unlock) {
      rmSync(this.urlsFile, { force: true });
      this.record.remove();
      this.unlock();
    }
    this.stop.dispose();
  }

  private async claimDataDir(): Promise<void> {
    const { dataDir } = this.plan;
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    try {
      this.unlock = (await acquireLock(join(dataDir, 'lock'), { patienceMs: ENDING_MS })).release;
    } catch (error) {
      if (error instanceof LockHeld) {
        throw new CannotStart(
          `Gatehouse is already running on ${dataDir} (process ${error.pid}). Stop it first, ` +
            'or set DATA_DIR, PORT and MANAGEMENT_PORT to run a second one.',
        );
      }
      throw error;
    }
    await this.record.endFormer();
  }

  private async runApp(): Promise<number> {
    const { plan, options, servers } = this;
    const { variables, admin } = generatedVariables(options.env, plan);
    const app = spawnTied({
      ...options.app,
      // On a laptop, there is no load balancer to wait for.
      env: {
        ...options.env,
        DRAIN_SECONDS: options.env['DRAIN_SECONDS']?.trim() || '0',
        ...variables,
        ...servers.urls,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
      deathSignal: 'SIGTERM',
      cwd: options.root,
    });
    this.app = app;
    const end = this.endOf(app);
    if (this.unlock && app.pid) {
      this.record.write(app.pid);
      writePrivate(
        this.urlsFile,
        Object.entries(servers.urls)
          .map((pair) => `${pair.join('=')}\n`)
          .join(''),
      );
    }
    if ((await this.readyOr(end)) === 'ready') {
      options.print(
        banner({
          plan,
          took: seconds(this.startedAt),
          mailboxPage: servers.mailboxPage,
          managementTokenFile: variables['MANAGEMENT_TOKEN_FILE'],
          admin,
        }),
      );
      if (admin) {
        new FirstAdmin(plan.dataDir).announced(admin);
      }
    }
    return this.conclude(await end, app);
  }

  private async readyOr(end: Promise<End>): Promise<'ready' | End> {
    const { host, managementPort } = this.plan;
    const url = `http://${reachable(host)}:${managementPort}/health/ready`;
    const waiting = new AbortController();
    const heartbeat = setInterval(() => this.options.print('  Gatehouse: still starting'), STILL_STARTING_MS);
    try {
      return await Promise.race([end, untilReady(url, waiting.signal).then(() => 'ready' as const)]);
    } finally {
      waiting.abort();
      clearInterval(heartbeat);
    }
  }

  private endOf(app: ChildProcess): Promise<End> {
    return Promise.race([
      exitOf(app).then((status) => ({ why: 'exited', ...status }) as const),
      this.stop.made.then(() => ({ why: 'stop' }) as const),
      this.servers.lost.then((server) => ({ why: 'server-lost', server }) as const),
    ]);
  }

  private async conclude(end: End, app: ChildProcess): Promise<number> {
    const { print } = this.options;
    if (end.why === 'exited') {
      const how = end.signal ?? `exit code ${end.code}`;
      print(`\nGatehouse exited unexpectedly (${how}). Its output above says why.\n`);
      return exitCodeOf(end);
    }
    if (end.why === 'server-lost') {
      print(`\n${end.server} exited unexpectedly; stopping. Its log is in ${this.plan.dataDir}.\n`);
      await stopChild(app, 'SIGTERM', ENDING_MS);
      return 1;
    }
    print('\nStopping after requests and jobs in flight. Press Ctrl-C again to stop now.');
    const exited = exitOf(app);
    app.kill('SIGTERM');
    const status = await exited;
    // Stopped before it handled signals: that is a clean stop as well.
    const code = status.signal === 'SIGTERM' ? 0 : exitCodeOf(status);
    print(code === 0 ? 'Stopped.' : `Gatehouse did not stop cleanly (exit code ${code}).`);
    return code;
  }

  /** The kernel signals our servers when we exit. */
  private force(): void {
    this.app?.kill('SIGKILL');
    process.exit(130);
  }
}

/** How long we wait for a supervisor that is stopping, and for an application that lost its database. */
const ENDING_MS = 5_000;
const STILL_STARTING_MS = 15_000;
