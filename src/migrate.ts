import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { MikroORM } from '@mikro-orm/postgresql';
import { Migrations } from '#libs/database';
import { createOrmOptions } from './orm.js';

/** Applies what is pending in the database at `url`. @returns the names of the migrations that were applied */
export async function migrateDatabase(url: string): Promise<string[]> {
  const orm = await MikroORM.init(createOrmOptions(url, 2));
  try {
    return await new Migrations(orm).up();
  } finally {
    await orm.close();
  }
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
