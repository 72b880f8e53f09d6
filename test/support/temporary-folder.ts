import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hold, useFixture } from './fixture.js';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file. @returns its path */
  write(name: string, content: string): string;
  remove(): void;
}

/** A temporary folder for the suite. */
export function useTemporaryFolder(): TemporaryFolder {
  return useFixture(holdTemporaryFolder);
}

/** A temporary folder that goes with the test, or with the suite when it is called during set-up. */
export function holdTemporaryFolder(): Promise<TemporaryFolder> {
  return hold(temporaryFolder('folder'), (folder) => folder.remove());
}

export function temporaryFolder(purpose: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `gatehouse-test-${process.pid}-${purpose}-`));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
