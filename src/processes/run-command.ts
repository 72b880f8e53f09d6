import { requireNode } from '../node-version.js';

/** What a command prints, and what its exit code is unless that's 0. */
export type CommandResult = string | { readonly output: string; readonly exitCode: number };

/** Runs a command of an operator. If it fails, prints why in one line, and the exit code is 1. */
export async function runCommand(command: () => Promise<CommandResult>): Promise<void> {
  requireNode();
  try {
    const result = await command();
    const { output, exitCode } = typeof result === 'string' ? { output: result, exitCode: 0 } : result;
    process.stdout.write(output);
    process.exitCode = exitCode;
  } catch (error) {
    const { redactText } = await import('#libs/telemetry');
    process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = 1;
  }
}
