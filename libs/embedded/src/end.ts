import { constants } from 'node:os';

/** Why a run is over. */
export type End =
  | { readonly why: 'exited'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly why: 'stop' }
  | { readonly why: 'server-lost'; readonly server: string };

/** As a shell reports it. */
export function exitCodeOf({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }): number {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
}
