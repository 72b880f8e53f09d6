import { requireNode } from '../node-version.js';

/** Runs a command of an operator. If it fails, prints why in one line, and the exit code is 1. */
export async function runCommand(command: () => Promise<string>): Promise<void> {
  requireNode();
  try {
    process.stdout.write(await command());
  } catch (error) {
    const { redactText } = await import('#libs/telemetry');
    process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = 1;
  }
}
