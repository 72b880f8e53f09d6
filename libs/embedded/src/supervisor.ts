import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppRecord } from './app-record.js';
import { banner } from './banner.js';
import { DataDirInUse, lockDataDir } from './data-dir-lock.js';
import { CannotStart, type Log } from './embedded-server.js';
import { type End, exitCodeOf } from './end.js';
import { type Environment, isGiven, type Plan, planFrom, reachable, withChosenPorts } from './environment.js';
import { writePrivate } from './private-file.js';
import { since } from './progress.js';
import { untilReady } from './readiness.js';
import { FirstAdmin } from './secrets.js';
import { generatedVariables } from './generated-variables.js';
import { Servers } from './servers.js';
import { requirePorts } from './required-ports.js';
import { StopRequest } from './stop-request.js';
import { exitOf, spawnTied, stopChild } from './tied-child.js';

export interface SupervisorOptions {
  readonly env: Environment;
  /** Where relative paths begin. */
  readonly root: string;
  /** The application: all roles in one process. */
  readonly app: { readonly command: string; readonly args: readonly string[] };
  readonly print: Log;
}

/**
 * Runs the application with every server it needs and was given no URL for, until somebody says stop or the application
 * ends. Whatever happens, all that was started is stopped before this returns.
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
  private readonly plan: Plan;
  private readonly servers = new Servers();
  private readonly record: AppRecord;
  private readonly stop: StopRequest;
  private readonly startedAt = Date.now();
  private readonly urlsFile: string;
  private app: ChildProcess | undefined;
  private unlock: (() => void) | undefined;

  constructor(private readonly options: SupervisorOptions) {
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
    await requirePorts(this.plan);
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
      this.unlock = await lockDataDir(dataDir, ENDING_MS);
    } catch (error) {
      if (error instanceof DataDirInUse) {
        throw new CannotStart(
          `Gatehouse already runs on ${dataDir} (process ${error.pid}). Stop that one first, ` +
            'or give this one a DATA_DIR, PORT and MANAGEMENT_PORT of its own.',
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
      // A laptop has no balancer that would have to notice first.
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
          took: since(this.startedAt),
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
      const how = end.signal ? `by ${end.signal}` : `with exit code ${end.code}`;
      print(`\nGatehouse ended by itself (${how}); what it says above tells why.\n`);
      return exitCodeOf(end);
    }
    if (end.why === 'server-lost') {
      print(
        `\n${end.server} ended although nobody asked it to; stopping. Its log is below ${this.plan.dataDir}.\n`,
      );
      await stopChild(app, 'SIGTERM', ENDING_MS);
      return 1;
    }
    print('\nStopping: what is in flight finishes first. Ctrl-C again ends it at once.');
    const exited = exitOf(app);
    app.kill('SIGTERM');
    const status = await exited;
    // Stopped before it listened to signals: that is an orderly stop as well.
    const code = status.signal === 'SIGTERM' ? 0 : exitCodeOf(status);
    print(code === 0 ? 'Stopped.' : `Gatehouse did not end cleanly (exit code ${code}).`);
    return code;
  }

  /** The servers under us get their signal from the kernel when we go. */
  private force(): void {
    this.app?.kill('SIGKILL');
    process.exit(130);
  }
}

/** How long a supervisor that is just ending may keep the folder, and an application whose database is gone may live. */
const ENDING_MS = 5_000;
const STILL_STARTING_MS = 15_000;
