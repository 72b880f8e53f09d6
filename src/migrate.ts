import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { migrate } from '#libs/database';
import { createOrmOptions } from './orm.js';

/** Applies what is pending in the database at `url`. @returns the names of the migrations that were applied */
export function migrateDatabase(url: string): Promise<string[]> {
  return migrate(createOrmOptions(url, 2));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const url = process.env['DATABASE_URL'];
  if (!url) {
    process.stderr.write('DATABASE_URL is missing: it names the database to migrate.\n');
    process.exitCode = 1;
  } else {
    const applied = await migrateDatabase(url);
    process.stdout.write(applied.length > 0 ? `Applied: ${applied.join(', ')}\n` : 'Nothing to apply.\n');
  }
}
