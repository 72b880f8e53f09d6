import type { INestApplicationContext, Type } from '@nestjs/common';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { Outbox } from '#libs/messaging';

// Each service has one of each, and an application of several services doesn't say which it means.

export function accountsKeys(app: INestApplicationContext): IdempotencyStore {
  return found(all(app, IdempotencyStore).find((store) => store['table'].startsWith('"accounts"')));
}

export function accountsOutbox(app: INestApplicationContext): Outbox {
  return found(all(app, Outbox).find((outbox) => outbox['rows']['table'].startsWith('"accounts"')));
}

export function accountsDatabase(app: INestApplicationContext): Database {
  return found(all(app, Database).find(({ schema }) => schema === 'accounts'));
}

function all<T>(app: INestApplicationContext, type: Type<T>): readonly T[] {
  return app.get<T, T>(type, { strict: false, each: true });
}

function found<T>(instance: T | undefined): T {
  if (!instance) {
    throw new Error('accounts has none');
  }
  return instance;
}
