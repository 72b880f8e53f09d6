import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { loadedSchemas, migrate } from '#libs/database';
import { redactText } from '#libs/telemetry';
import { parseDatabases } from '../config/index.js';
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
  try {
    const applied = await migrateDatabase(databaseUrlOf(parseDatabases(process.env)));
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply.\n');
  } catch (error) {
    process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main();
}
