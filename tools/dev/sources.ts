import { setTimeout as delay } from 'node:timers/promises';
import { type FSWatcher, watch } from 'chokidar';
import { root } from '../project.mjs';

/** Paths from the project's folder. */
export interface Changes {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** When the first of them was saved, as of Date.now(). */
  readonly since: number;
}

/** The application's source files. Tests don't belong to the application. */
export class Sources {
  private readonly watcher: FSWatcher;
  private readonly scanned: Promise<void>;
  private readonly pending = new Map<string, 'written' | 'removed'>();
  private changed = Promise.withResolvers<number>();

  constructor(folders: string[]) {
    this.watcher = watch(folders, { cwd: root, ignored: /\.spec\.ts$|\/\.[^/]*$/ })
      .on('add', (path) => this.note(path, 'written'))
      .on('change', (path) => this.note(path, 'written'))
      .on('unlink', (path) => this.note(path, 'removed'))
      .on('error', (error) => this.changed.reject(error));
    this.scanned = new Promise((resolve) => this.watcher.once('ready', resolve));
  }

  /** Waits for something to change after the last call. The first call returns all files. */
  async next(): Promise<Changes> {
    const since = await this.changed.promise;
    await Promise.all([this.scanned, delay(SAVING_MS)]);
    const paths = [...this.pending];
    this.pending.clear();
    this.changed = Promise.withResolvers();
    const that = (what: string): string[] => paths.filter(([, is]) => is === what).map(([path]) => path);
    return { written: that('written'), removed: that('removed'), since };
  }

  close(): Promise<void> {
    return this.watcher.close();
  }

  private note(path: string, what: 'written' | 'removed'): void {
    this.pending.set(path, what);
    this.changed.resolve(Date.now());
  }
}

/**
 * An editor may need this long to save a file, or several at once. Longer than the 50 ms for which chokidar reports no
 * further change of a file: otherwise a save right after another one would be lost.
 */
const SAVING_MS = 60;
