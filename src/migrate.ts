import { constants } from 'node:os';
import { requireNode } from './node-version.js';

/** `npm run migrate`. Loads the rest once signals are handled: that takes a second or more. */
async function main(): Promise<void> {
  watch();
  const { VERSION } = await import('../config/version.js');
  // Standard output is for the result.
  process.stderr.write(`Gatehouse ${VERSION}: applying migrations.\n`);
  try {
    // Not the index: it loads Nest.
    const { parseDatabases } = await import('../config/environment.js');
    const { databaseUrlOf } = await import('./processes/database-urls.js');
    const urlOf = databaseUrlOf(parseDatabases(process.env));
    const { migrateDatabase } = await import('./processes/migrations.js');
    const applied = await migrateDatabase(urlOf);
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply.\n');
  } catch (error) {
    await explain(error);
    process.exitCode = 1;
  }
}

/** What is being applied is rolled back. Process 1 of a container would ignore a signal that it has no handler for. */
function watch(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      process.stderr.write('Stopped before all migrations were applied.\n');
      // Not 0, which would tell a Job in Kubernetes that the migrations are done.
      process.exit(128 + constants.signals[signal]);
    });
  }
  process.on('uncaughtException', (error) => {
    void explain(error).finally(() => process.exit(1));
  });
}

async function explain(error: unknown): Promise<void> {
  const { redactText } = await import('#libs/telemetry');
  process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
}

requireNode();
await main();
