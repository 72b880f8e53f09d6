import { type INestApplicationContext, Module } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { KeyRings } from '#libs/crypto';
import {
  KEY_ROTATION,
  type KeyFindings,
  type KeyRotation,
  KeyRotationModule,
  KeyRotations,
  KeyUsage,
  queuedMessages,
  reportOn,
} from '#libs/key-rotation';
import { REDIS, type RedisConnection } from '#libs/redis';
// Declares everything that is stored.
import '../accounts/accounts.http.module.js';
import '../accounts/accounts.jobs.module.js';
import { accountsSchema } from '../accounts/migrations/index.js';
import { accountsKeys } from '../accounts/rotate-keys.js';
import { notificationsSchema } from '../notifications/migrations/index.js';
import '../notifications/notifications.http.module.js';
import '../notifications/notifications.module.js';
import { notificationsKeys } from '../notifications/rotate-keys.js';
import { FoundationModule } from './foundation.module.js';
import type { CommandResult } from './run-command.js';

const OF_ACCOUNTS = KeyRotationModule.forService(accountsKeys, accountsSchema);
const OF_NOTIFICATIONS = KeyRotationModule.forService(notificationsKeys, notificationsSchema);

/** What replaces the keys of both services. */
@Module({ imports: [FoundationModule, OF_ACCOUNTS, OF_NOTIFICATIONS] })
export class KeysModule {}

/** Otherwise, Nest returns that of any module. */
const ITS_OWN = { strict: true };

interface ServiceKeys {
  readonly keys: KeyRotation;
  readonly rotations: KeyRotations;
  readonly usage: KeyUsage;
}

/** Begins a rotation in each service. */
export async function rotateKeys(app: INestApplicationContext): Promise<string> {
  const lines: string[] = [];
  for (const { keys, rotations } of servicesIn(app)) {
    const begun = (await rotations.begin()) ? 'begins' : 'is running already';
    lines.push(`The rotation of ${keys.service.name} ${begun}.`);
  }
  const next =
    'Its progress is the metric gatehouse_key_rotation_rows. Then, `admin key-usage` says which keys can go.';
  return `${[...lines, next].join('\n')}\n`;
}

/** Counts what each key is still needed for. */
export async function keyUsage(app: INestApplicationContext): Promise<CommandResult> {
  const rings = app.get(KeyRings);
  const redis = app.get<RedisConnection>(REDIS);
  const services = servicesIn(app);
  const rows = [];
  const queued = new Map<string, number>();
  const since = [];
  for (const { keys, rotations, usage } of services) {
    rows.push(...(await usage.count()));
    since.push(await rotations.writtenSince());
    for (const [id, count] of await queuedMessages(redis, keys.service)) {
      queued.set(id, (queued.get(id) ?? 0) + count);
    }
  }
  const findings: KeyFindings = {
    rings: {
      ENCRYPTION_KEYS: rings.encryption.keys.map(({ id }) => id),
      BLIND_INDEX_KEYS: rings.blindIndex.keys.map(({ id }) => id),
    },
    rows,
    queued,
    writtenSince: {
      ENCRYPTION_KEYS: latestOf(since.map((each) => each.ENCRYPTION_KEYS)),
      BLIND_INDEX_KEYS: latestOf(since.map((each) => each.BLIND_INDEX_KEYS)),
    },
    now: app.get(Clock).now(),
  };
  const { text, isDone } = reportOn(findings);
  return { output: text, exitCode: isDone ? 0 : 1 };
}

function servicesIn(app: INestApplicationContext): ServiceKeys[] {
  return [OF_ACCOUNTS, OF_NOTIFICATIONS].map((module) => {
    const context = app.select(module);
    return {
      keys: context.get<KeyRotation>(KEY_ROTATION, ITS_OWN),
      rotations: context.get(KeyRotations, ITS_OWN),
      usage: context.get(KeyUsage, ITS_OWN),
    };
  });
}

/** Null if any is. */
function latestOf(dates: readonly (Date | null)[]): Date | null {
  const times = dates.map((date) => date?.getTime() ?? Number.NaN);
  const latest = Math.max(...times);
  return Number.isNaN(latest) ? null : new Date(latest);
}
