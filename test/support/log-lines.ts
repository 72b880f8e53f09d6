import { expect } from '@jest/globals';
import { eventually } from './eventually.js';
import type { RunningApp } from './spawn-app.js';

export interface LogLine {
  readonly level: string;
  readonly role: string;
  readonly msg: string;
  readonly version?: string;
  readonly waitingFor?: string;
  readonly signal?: string;
  /** Of a request. */
  readonly userId?: string;
  readonly err?: { readonly message: string };
}

/** What the process has logged so far. */
export function linesOf(app: RunningApp): LogLine[] {
  return app
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

/** Waits until the process has logged this message. */
export function logged(app: RunningApp, message: string): Promise<LogLine | undefined> {
  return eventually(() => {
    const line = linesOf(app).find(({ msg }) => msg === message);
    expect([message, line !== undefined]).toEqual([message, true]);
    return line;
  });
}

/** The raw text in which Node prints errors would be neither JSON nor redacted. */
export function expectOnlyJson(app: RunningApp): void {
  const other = app
    .logs()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));
  expect(other).toEqual([]);
}
