import { Module } from '@nestjs/common';
import { Database } from '#libs/database';
import type { AppConfig } from '../../config/index.js';
import { AdministrationModule } from '../accounts/administration/index.js';
import { PasswordBatches } from '../accounts/auth/index.js';
import { type BatchedUser, UserBatches } from '../accounts/users/index.js';
import { FoundationModule } from './foundation.module.js';
import type { SeedCommand } from './seed-command.js';
import { withModule } from './with-module.js';

const BATCH = 2_000;
const YEAR_MS = 365 * 86_400_000;
const ADJECTIVES = ['Brave', 'Calm', 'Early', 'Gentle', 'Honest', 'Keen', 'Lucky', 'Merry', 'Quiet', 'Swift'];
const ANIMALS = [
  'Badger',
  'Crane',
  'Dolphin',
  'Falcon',
  'Heron',
  'Lynx',
  'Marten',
  'Otter',
  'Raven',
  'Stork',
];

@Module({ imports: [FoundationModule, AdministrationModule] })
class SeedModule {}

/** Adds the users. @returns what to print @throws Error in words for operators */
export function seed({ users, password }: SeedCommand, config: AppConfig): Promise<string> {
  if (config.production) {
    throw new Error(
      'All of these users have the same password. Unset NODE_ENV=production to add them anyway.',
    );
  }
  return withModule(SeedModule, config, async (app) => {
    const get = { strict: false };
    const database = app.get(Database, get);
    const batches = app.get(UserBatches, get);
    const passwords = app.get(PasswordBatches, get);
    // Hashing a million passwords would take over an hour.
    const hash = await passwords.hash(password);
    const startedAt = Date.now();
    let added = 0;
    for (let from = 1; from <= users; from += BATCH) {
      const count = Math.min(BATCH, users - from + 1);
      const batch = Array.from({ length: count }, (_, index) => madeUpUser(from + index, users, startedAt));
      await database.transaction(async (em) => {
        const ids = (await batches.insert(em, batch)).flatMap((outcome) =>
          'id' in outcome ? [outcome.id] : [],
        );
        await passwords.insert(
          em,
          ids.map((userId) => ({ userId, hash })),
        );
        added += ids.length;
      });
    }
    // Until autovacuum gets to it, PostgreSQL would plan for a small table, and look up in it what an index already says.
    await database.run((em) =>
      em.execute('vacuum (analyze) accounts.users, accounts.user_roles, accounts.passwords'),
    );
    return `${added} users added in ${((Date.now() - startedAt) / 1000).toFixed(0)} s. Their password is "${password}".\n`;
  });
}

/** User 1 is the oldest, two years ago. */
function madeUpUser(number: number, count: number, now: number): BatchedUser {
  const name = `${pick(ADJECTIVES, number)} ${pick(ANIMALS, Math.floor(number / 10))}`;
  return {
    email: `seed-${number}@${number % 100 === 0 ? `team-${number}` : 'acme'}.example`,
    emailVerified: number % 20 !== 0,
    displayName: `${name} ${number}`,
    locale: number % 5 === 0 ? 'de' : 'en',
    roles: ['user'],
    status: number % 50 === 0 ? 'suspended' : 'active',
    createdAt: new Date(now - Math.round(2 * YEAR_MS * (1 - number / (count + 1)))),
  };
}

function pick(names: readonly string[], index: number): string {
  return names[index % names.length] ?? '';
}
