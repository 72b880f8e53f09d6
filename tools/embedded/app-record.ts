import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../process-identity.mjs';
import { endProcess } from './predecessor.ts';
import { writePrivate } from './private-file.ts';

const PATIENCE_MS = 15_000;

/**
 * Records the application's process on disk, so that a new supervisor can find it after the old one was killed, and next
 * to it the URLs of its servers, for other programs.
 */
export class AppRecord {
  private readonly path: string;
  private readonly urlsPath: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'app.json');
    this.urlsPath = join(dataDir, 'servers.env');
  }

  write(pid: number, urls: Readonly<Record<string, string>>): void {
    writePrivate(this.path, JSON.stringify({ pid, identity: processIdentity(pid) }));
    const lines = Object.entries(urls).map((pair) => `${pair.join('=')}\n`);
    writePrivate(this.urlsPath, lines.join(''));
  }

  remove(): void {
    rmSync(this.path, { force: true });
    rmSync(this.urlsPath, { force: true });
  }

  /** Ends the application of a killed supervisor: it may still be draining, on our ports and in our database. */
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
