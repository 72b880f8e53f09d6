import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A data folder that other users can enter, as a project's folder usually is. */
export function temporaryFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, `gatehouse-test-${process.pid}-`));
  chmodSync(folder, 0o711);
  made.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));
}
