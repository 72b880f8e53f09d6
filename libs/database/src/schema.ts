import type { Options } from '@mikro-orm/postgresql';
import { Declarations } from '#libs/lifecycle';

export type Entity = NonNullable<Options['entities']>[number];
export type MigrationList = NonNullable<NonNullable<Options['migrations']>['migrationsList']>;

const schemas = new Declarations<Schema>('schema', 'Give one of the two services another name.');

/** A PostgreSQL schema with its entities and migrations. Created by `defineSchema`. */
export class Schema {
  private readonly declared = new Set<Entity>();

  constructor(
    readonly name: string,
    readonly migrations: MigrationList,
  ) {}

  /** The entities of all features this process has loaded. */
  get entities(): readonly Entity[] {
    return [...this.declared];
  }

  /** The names of the migrations that are missing if these have been applied. */
  pendingAfter(applied: ReadonlySet<string>): string[] {
    return this.migrations.map(({ name }) => name).filter((name) => !applied.has(name));
  }

  add(entities: readonly Entity[]): void {
    entities.forEach((entity) => this.declared.add(entity));
  }
}

/**
 * Declares the PostgreSQL schema that a service owns. No other service reads or writes it, so moving it to another
 * database only takes a URL.
 * @param migrations in the order they are applied; a release never changes one that has been applied
 */
export function defineSchema(name: string, migrations: MigrationList): Schema {
  return schemas.declare(name, () => new Schema(name, migrations));
}

/** All schemas whose declarations this process has loaded. */
export function loadedSchemas(): readonly Schema[] {
  return [...schemas.values()];
}
