import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { migrate } from '#libs/database';
import { redactText } from '#libs/telemetry';
import { parseDatabaseUrl } from '../config/index.js';
import { createOrmOptions } from './processes/orm.js';

/** Applies what is pending in the database at `url`. @returns the names of the migrations that were applied */
export function migrateDatabase(url: string): Promise<string[]> {
  return migrate(createOrmOptions(url, 2));
}

async function main(): Promise<void> {
  try {
    const applied = await migrateDatabase(parseDatabaseUrl(process.env));
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply.\n');
  } catch (error) {
    process.stderr.write(`${redactText(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main();
}
