import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from './predecessor.js';
import { writePrivate } from './private-file.js';
import { processIdentity } from './process-identity.js';

/** Remembers the application's process on disk, for a supervisor that comes after one that was killed. */
export class AppRecord {
  private readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'app.json');
  }

  write(pid: number): void {
    writePrivate(this.path, JSON.stringify({ pid, identity: processIdentity(pid) }));
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  /** The one of a killed supervisor may still drain, on our ports and in our database. */
  async endFormer(): Promise<void> {
    const former = this.read();
    if (former && former.identity !== null && former.identity === processIdentity(former.pid)) {
      await endProcess(former.pid, 'SIGTERM', PATIENCE_MS);
    }
    this.remove();
  }

  private read(): { pid: number; identity: string | null } | null {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as { pid: number; identity: string | null };
    } catch {
      return null;
    }
  }
}

const PATIENCE_MS = 15_000;
