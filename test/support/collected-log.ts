import { Logger } from '@nestjs/common';
import { hold } from './fixture.js';

export interface CollectedLine {
  readonly level: 'log' | 'warn' | 'error';
  readonly text: string;
  /** The stack of an error, or the context. */
  readonly more: unknown;
}

/** What this process logs from now on until the test is over. Call it after starting the application. */
export function collectLog(): CollectedLine[] {
  const lines: CollectedLine[] = [];
  const collect = (level: CollectedLine['level']) => (text: unknown, more?: unknown) => {
    lines.push({ level, text: String(text), more });
  };
  Logger.overrideLogger({ log: collect('log'), warn: collect('warn'), error: collect('error') });
  void hold(undefined, () => Logger.overrideLogger(false));
  return lines;
}
