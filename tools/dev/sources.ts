import { existsSync, type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What differs between two looks at the sources: paths from the project's folder. */
export interface Changes {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/**
 * The application's source files. Events of the file system only mean that something happened; what changed is found by
 * comparison, so it doesn't matter how an editor saves, or in which order events arrive.
 */
export class Sources {
  private readonly root: string;
  private readonly folders: readonly string[];
  private readonly watchers = new Map<string, FSWatcher>();
  private seen = new Map<string, string>();
  private stirred = Promise.withResolvers<number>();

  constructor(root: string, folders: readonly string[]) {
    this.root = root;
    this.folders = folders;
  }

  /** What changed since the last call; at first, all files. */
  look(): Changes {
    const now = new Map(this.folders.flatMap((folder) => this.filesIn(folder)));
    const written = [...now].filter(([path, state]) => this.seen.get(path) !== state).map(([path]) => path);
    const removed = [...this.seen.keys()].filter((path) => !now.has(path));
    this.seen = now;
    return { written, removed };
  }

  /** Waits for something to happen to the sources after the last call. @returns when it happened */
  async stir(): Promise<number> {
    const at = await this.stirred.promise;
    await delay(SAVING_MS);
    this.stirred = Promise.withResolvers();
    return at;
  }

  close(): void {
    this.watchers.forEach((watcher) => watcher.close());
    this.watchers.clear();
  }

  private filesIn(folder: string): [path: string, state: string][] {
    const path = join(this.root, folder);
    if (!existsSync(path)) {
      return []; // It was there a moment ago.
    }
    this.watch(folder);
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const file = join(folder, entry.name);
      if (entry.isDirectory()) {
        return this.filesIn(file);
      }
      const stats = statSync(join(this.root, file), { throwIfNoEntry: false });
      // Tests are no part of the application. An editor's draft may be gone already.
      return !stats || entry.name.endsWith('.spec.ts') || entry.name.startsWith('.')
        ? []
        : [[file, `${stats.mtimeMs} ${stats.size}`]];
    });
  }

  private watch(folder: string): void {
    if (this.watchers.has(folder)) {
      return;
    }
    const forget = (): void => {
      this.watchers.get(folder)?.close();
      this.watchers.delete(folder);
    };
    const watcher = watch(join(this.root, folder), (event) => {
      // A folder that was moved or removed reports itself; another may take its place.
      if (event === 'rename' && !existsSync(join(this.root, folder))) {
        forget();
      }
      this.stirred.resolve(Date.now());
    });
    watcher.on('error', forget);
    this.watchers.set(folder, watcher);
  }
}

/** An editor may need this long to save a file, or several at once. */
const SAVING_MS = 25;
