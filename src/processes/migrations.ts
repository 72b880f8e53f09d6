import 'reflect-metadata';
import { loadedSchemas, migrate } from '#libs/database';
// Importing a role declares the schemas of its services.
import './api.module.js';
import './worker.module.js';
import './notifications.module.js';

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
