import type { ChildProcess } from 'node:child_process';
import type { Application, Development } from '../embedded/application.ts';
import type { Log } from '../embedded/embedded-server.ts';
import { spawnTied, stopChild } from '../embedded/tied-child.ts';
import { inProject, root, seconds } from '../project.mjs';
import { Compiler, DEV_BUILD } from './compiler.ts';
import { Sources } from './sources.ts';
import { startTypeChecker } from './type-checker.ts';

const INSPECTOR_HOST = '127.0.0.1';

/** The application as its sources say at the moment. */
export class WatchedApplication implements Application {
  readonly development: Development;
  private readonly sources = new Sources(['src', 'libs', 'config']);
  private readonly compiler = new Compiler();
  private readonly inspectorPort: number;
  private readonly print: Log;
  private typeChecker: ChildProcess | undefined;
  private standby: ChildProcess | undefined;
  private build = Promise.withResolvers<void>();
  private changedAt: number | undefined;
  private closed = false;

  constructor(inspectorPort: number, print: Log) {
    this.inspectorPort = inspectorPort;
    this.print = print;
    this.development = {
      inspector: `${INSPECTOR_HOST}:${inspectorPort}`,
      ready: (env) => this.onReady(env),
      close: () => this.close(),
    };
  }

  /** Compiles everything, and then what changes, until it is closed. */
  async watch(): Promise<void> {
    while (!this.closed) {
      const changes = await this.sources.next();
      const hadErrors = this.compiler.errors.size > 0;
      const differs = await this.compiler.apply(changes);
      this.compiler.errors.forEach((error) => this.print(`\n${error}\n`));
      if (this.compiler.errors.size === 0 && (differs || hadErrors)) {
        this.changedAt ??= changes.since;
        this.build.resolve();
      }
    }
  }

  newBuild(): Promise<void> {
    return this.build.promise;
  }

  launch(env: NodeJS.ProcessEnv): ChildProcess {
    this.build = Promise.withResolvers();
    const waiting = this.standby;
    const app =
      waiting && waiting.exitCode === null && waiting.signalCode === null ? waiting : this.spawn(env);
    this.standby = undefined;
    app.send('run', () => undefined);
    return app;
  }

  private spawn(env: NodeJS.ProcessEnv): ChildProcess {
    return spawnTied({
      command: process.execPath,
      args: [
        '--enable-source-maps',
        // The banner says where the debugger listens; Node would repeat it at every restart.
        '--inspect-publish-uid=http',
        inProject('tools', 'dev', 'standby.ts'),
        DEV_BUILD,
        INSPECTOR_HOST,
        String(this.inspectorPort),
        ...this.compiler.importedPackages(),
      ],
      env,
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      deathSignal: 'SIGTERM',
    });
  }

  private onReady(env: NodeJS.ProcessEnv): void {
    if (this.typeChecker && this.changedAt !== undefined) {
      this.print(`Ready again (${seconds(this.changedAt)} after the change)`);
    }
    this.changedAt = undefined;
    this.standby = this.spawn(env);
    // Not earlier: the first start is slow enough.
    this.typeChecker ??= startTypeChecker();
  }

  private async close(): Promise<void> {
    this.closed = true;
    await this.sources.close();
    const helpers = [this.standby, this.typeChecker].filter((child) => child !== undefined);
    await Promise.all(helpers.map((child) => stopChild(child, 'SIGKILL', 0)));
  }
}
