import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * The tables of a service's schema for rotations. `RotationRows` and `UsageRows` access them with SQL; the entities exist so
 * that a test can compare them with the migrations.
 */
export function keyRotationEntities(schema: string) {
  const rotations = defineEntity({
    name: `${schema}_key_rotation`,
    tableName: 'key_rotations',
    schema,
    indexes: [
      {
        name: 'key_rotations_unfinished_unique',
        expression: `create unique index "key_rotations_unfinished_unique" on "${schema}"."key_rotations" ((finished_at is null)) where finished_at is null`,
      },
    ],
    properties: {
      id: p.uuid().primary(),
      /** The IDs of the keys that everything is to be under. */
      encryptionKey: p.text(),
      blindIndexKey: p.text(),
      /** Where it goes on: in this column, or the next one in the order of their names. */
      columnName: p.text().default(''),
      /** After the row with this primary key. Null for the first one. */
      after: p.json<readonly string[]>().nullable(),
      /** How often it has begun to go through all columns. */
      pass: p.integer().default(1),
      /** How many rows there were when it began. */
      rowsTotal: p.bigint('number').defaultRaw('0'),
      /** In this pass. */
      rowsRead: p.bigint('number').defaultRaw('0'),
      /** In all passes. */
      rowsChanged: p.bigint('number').defaultRaw('0'),
      changedInPass: p.bigint('number').defaultRaw('0'),
      /** Rows that someone else was changing. */
      missedInPass: p.bigint('number').defaultRaw('0'),
      /** How many are under other keys although it's finished. */
      rowsLeft: p.bigint('number').nullable(),
      startedAt: p.datetime().columnType('timestamptz(3)'),
      finishedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    },
  });
  const usage = defineEntity({
    name: `${schema}_key_usage`,
    tableName: 'key_usage',
    schema,
    properties: {
      /** `schema.table.column` */
      columnName: p.text().primary(),
      keyId: p.text().primary(),
      rows: p.bigint('number'),
      /** When the last of these rows is deleted, if they go by themselves. */
      lastExpiresAt: p.datetime().columnType('timestamptz(3)').nullable(),
      countedAt: p.datetime().columnType('timestamptz(3)'),
    },
  });
  return [rotations, usage] as const;
}
