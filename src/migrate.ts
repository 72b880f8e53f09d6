import 'reflect-metadata';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';
import { loadedSchemas, migrate } from '#libs/database';
import { redactText } from '#libs/telemetry';
import { parseDatabases, VERSION } from '../config/index.js';
import { databaseUrlOf } from './processes/database-urls.js';
// Importing a role declares the schemas of its services.
import './processes/api.module.js';
import './processes/worker.module.js';
import './processes/notifications.module.js';

/** Applies the pending migrations of every schema. @returns the names of the applied migrations */
export async function migrateDatabase(urlOf: (schema: string) => string): Promise<string[]> {
  const applied: string[] = [];
  for (const schema of loadedSchemas()) {
    applied.push(...(await migrate(urlOf(schema.name), schema, { report })));
  }
  return applied;
}

function report(text: string): void {
  process.stdout.write(`${text[0]?.toUpperCase() ?? ''}${text.slice(1)} …\n`);
}

async function main(): Promise<void> {
  watch();
  // Standard output is for the result.
  process.stderr.write(`Gatehouse ${VERSION}: applying migrations.\n`);
  try {
    const applied = await migrateDatabase(databaseUrlOf(parseDatabases(process.env)));
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply.\n');
  } catch (error) {
    explain(error);
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
    explain(error);
    process.exit(1);
  });
}

function explain(error: unknown): void {
  process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main();
}
