import { readFileSync } from 'node:fs';

/** The end of a server's log, which says why it failed. */
export function lastLines(path: string, count = 15): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}
