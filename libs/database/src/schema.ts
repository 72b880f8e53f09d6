import type { Options } from '@mikro-orm/postgresql';

export type Entity = NonNullable<Options['entities']>[number];
export type MigrationList = NonNullable<NonNullable<Options['migrations']>['migrationsList']>;

const schemas = new Map<string, Schema>();

/** A PostgreSQL schema, and what stands in it. Made by `defineSchema`. */
export class Schema {
  private readonly declared = new Set<Entity>();

  constructor(
    readonly name: string,
    readonly migrations: MigrationList,
  ) {}

  /** The entities of all features that this process has loaded. */
  get entities(): readonly Entity[] {
    return [...this.declared];
  }

  add(entities: readonly Entity[]): void {
    entities.forEach((entity) => this.declared.add(entity));
  }
}

/**
 * Declares the PostgreSQL schema that a service owns. No other service reads or writes it, so the service can move to a
 * database of its own by a URL.
 * @param migrations in the order in which they are applied; a release never changes one that has been applied
 */
export function defineSchema(name: string, migrations: MigrationList): Schema {
  if (schemas.has(name)) {
    throw new Error(`The schema "${name}" is defined twice. Give one of the two services another name.`);
  }
  const schema = new Schema(name, migrations);
  schemas.set(name, schema);
  return schema;
}

/** Every schema whose declaration this process has loaded. */
export function loadedSchemas(): readonly Schema[] {
  return [...schemas.values()];
}
