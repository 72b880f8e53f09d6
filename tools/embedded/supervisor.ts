import type { ChildProcess } from 'node:child_process';
import { seconds } from '../project.mjs';
import { AppRecord } from './app-record.ts';
import type { Application } from './application.ts';
import { banner } from './banner.ts';
import { lockDataDir } from './data-lock.ts';
import { CannotStart, type Log } from './embedded-server.ts';
import {
  type Environment,
  isGiven,
  type Plan,
  planFrom,
  readinessUrl,
  withChosenPorts,
} from './environment.ts';
import { readyOr } from './readiness.ts';
import { FirstAdmin } from './secrets.ts';
import { applicationEnvironment, generatedVariables } from './generated-variables.ts';
import { Servers } from './servers.ts';
import { requirePorts } from './ports.ts';
import { StopRequest } from './stop-request.ts';
import { describeExit, exitCodeOf, exitOf, stopChild } from './tied-child.ts';

export interface SupervisorOptions {
  readonly env: Environment;
  /** Relative paths start here. */
  readonly root: string;
  readonly app: Application;
  readonly print: Log;
}

/** What happens while the application runs, or while we wait for a build of it. */
type End =
  | { readonly why: 'new-build' }
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
  private app: ChildProcess | undefined;
  private announced = false;
  private unlock: (() => void) | undefined;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.plan = planFrom(options.env, options.root);
    this.record = new AppRecord(this.plan.dataDir);
    this.stop = new StopRequest(isGiven(options.env, 'npm_lifecycle_event'), () => this.force());
  }

  async run(): Promise<number> {
    const { embedded } = this.plan;
    if (embedded.postgres || embedded.redis || embedded.mailbox) {
      this.unlock = await lockDataDir(this.plan.dataDir, ENDING_MS);
      await this.record.endFormer();
    }
    const { host, port, managementPort } = this.plan;
    await requirePorts(host, { PORT: port, MANAGEMENT_PORT: managementPort });
    await this.servers.start(this.plan, this.options.print);
    return this.stop.isMade ? 0 : this.runApp();
  }

  async cleanUp(): Promise<void> {
    await this.options.app.development?.close();
    await this.servers.stop();
    if (this.unlock) {
      this.record.remove();
      this.unlock();
    }
    this.stop.dispose();
  }

  /** Replaces the application with every new build; `npm start` has one. */
  private async runApp(): Promise<number> {
    const { app: application, print } = this.options;
    const stillStarting = (): void => print('  Gatehouse: still starting');
    let app: ChildProcess | undefined;
    for (;;) {
      const pending = this.endOf(app);
      if (app && (await readyOr(readinessUrl(this.plan), pending, stillStarting)) === 'ready') {
        this.announce();
      }
      const end = await pending;
      if (end.why === 'new-build') {
        await (app && stopChild(app, 'SIGTERM', REPLACING_MS));
        app = this.launch();
      } else if (end.why === 'exited' && application.development) {
        print(
          `\nGatehouse exited (${describeExit(end)}). Its output above says why. Waiting for a change …\n`,
        );
        app = undefined;
      } else {
        return this.conclude(end, app);
      }
    }
  }

  private launch(): ChildProcess {
    const app = this.options.app.launch(this.environment());
    this.app = app;
    if (this.unlock && app.pid) {
      this.record.write(app.pid, this.servers.urls);
    }
    return app;
  }

  private environment(): NodeJS.ProcessEnv {
    return applicationEnvironment(this.options.env, this.plan, this.servers.urls);
  }

  private announce(): void {
    const { plan, options, servers } = this;
    const { development } = options.app;
    if (!this.announced) {
      this.announced = true;
      const { variables, admin } = generatedVariables(options.env, plan);
      options.print(
        banner({
          plan,
          took: seconds(this.startedAt),
          mailboxPage: servers.mailboxPage,
          managementTokenFile: variables['MANAGEMENT_TOKEN_FILE'],
          inspector: development?.inspector,
          admin,
        }),
      );
      if (admin) {
        new FirstAdmin(plan.dataDir).announced(admin);
      }
    }
    development?.ready(this.environment());
  }

  private endOf(app: ChildProcess | undefined): Promise<End> {
    return Promise.race([
      ...(app ? [exitOf(app).then((status) => ({ why: 'exited', ...status }) as const)] : []),
      this.stop.made.then(() => ({ why: 'stop' }) as const),
      this.servers.lost.then((server) => ({ why: 'server-lost', server }) as const),
      this.options.app.newBuild().then(() => ({ why: 'new-build' }) as const),
    ]);
  }

  private async conclude(
    end: Exclude<End, { why: 'new-build' }>,
    app: ChildProcess | undefined,
  ): Promise<number> {
    const { print } = this.options;
    if (end.why === 'exited') {
      print(`\nGatehouse exited unexpectedly (${describeExit(end)}). Its output above says why.\n`);
      return exitCodeOf(end);
    }
    if (end.why === 'server-lost') {
      print(`\n${end.server} exited unexpectedly; stopping. Its log is in ${this.plan.dataDir}.\n`);
      await (app && stopChild(app, 'SIGTERM', ENDING_MS));
      return 1;
    }
    if (!app) {
      return 0;
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
/** A developer waits for the new build, not for what the old one still does. It may also stand at a breakpoint. */
const REPLACING_MS = 1_500;
