import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * The content of the file, which is made with `content` when it does not exist. Whole or not there at all: a process
 * that is killed in the middle leaves no half a key behind, and of two that race both return the first one's content.
 */
export function readOrCreatePrivate(path: string, content: () => string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  const draft = writeDraft(path, content());
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
  return readFileSync(path, 'utf8');
}

/** 192 bits that go into a URL as they are. */
export function randomSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** Replaces the file in one step. Only its owner may read it. */
export function writePrivate(path: string, content: string): void {
  renameSync(writeDraft(path, content), path);
  syncFolder(dirname(path));
}

function writeDraft(path: string, content: string): string {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.draft`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
}

/** A new name survives a power cut only when its folder was synced, too. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
