import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import type { Log } from '../embedded/embedded-server.ts';
import { spawnTied, stopChild } from '../embedded/tied-child.ts';
import { inProject, root } from '../project.mjs';

/** Prints type errors as they come and go, in a process of its own: the application doesn't wait for them. */
export class TypeChecker {
  private readonly child: ChildProcess;
  private readonly print: Log;
  private failed = false;

  constructor(print: Log) {
    this.print = print;
    this.child = spawnTied({
      command: process.execPath,
      args: [
        inProject('node_modules', 'typescript', 'bin', 'tsc'),
        '--project',
        'tsconfig.build.json',
        '--noEmit',
        '--watch',
        '--preserveWatchOutput',
        ...(process.stdout.isTTY ? ['--pretty'] : []),
      ],
      env: process.env,
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      deathSignal: 'SIGKILL',
    });
    yieldToOthers(this.child);
    if (this.child.stdout) {
      createInterface({ input: this.child.stdout }).on('line', (line) => this.onLine(line));
    }
  }

  stop(): Promise<void> {
    return stopChild(this.child, 'SIGKILL', 0);
  }

  private onLine(line: string): void {
    const text = stripVTControlCharacters(line);
    const found = /Found (\d+) errors?\. Watching for file changes/.exec(text)?.[1];
    if (found !== undefined) {
      const hadFailed = this.failed;
      this.failed = found !== '0';
      if (this.failed || hadFailed) {
        this.print(
          this.failed ? `Types: ${found} ${found === '1' ? 'error' : 'errors'}` : 'Types: no errors',
        );
      }
    } else if (text.trim() !== '' && !/Starting (incremental )?compilation/.test(text)) {
      this.print(line);
    }
  }
}

/** The restart of the application comes first. */
function yieldToOthers({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) {
      setPriority(pid, 10);
    }
  } catch {
    // It has exited, or there are no priorities here.
  }
}
