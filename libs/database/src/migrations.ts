import { Injectable } from '@nestjs/common';
import { Connections } from './connections.js';
import type { Schema } from './schema.js';
import { sqlStateOf } from './sql-state.js';

/** SQLSTATEs for a missing table or schema. */
const MISSING = new Set(['42P01', '3F000']);

@Injectable()
export class Migrations {
  private applied = false;

  constructor(private readonly connections: Connections) {}

  /**
   * Whether every migration this release needs has been applied. Remembered once true, because migrations are never
   * undone.
   */
  async areApplied(): Promise<boolean> {
    if (this.applied) {
      return true;
    }
    const perSchema = await Promise.all(this.connections.schemas.map((schema) => this.isUpToDate(schema)));
    this.applied = perSchema.every((answer) => answer === true);
    return perSchema.every((answer) => answer !== false);
  }

  /** The names of the migrations that this process needs but the database lacks. */
  async pending(): Promise<string[]> {
    return (await Promise.all(this.connections.schemas.map((schema) => this.pendingIn(schema)))).flat();
  }

  private async pendingIn(schema: Schema): Promise<string[]> {
    const done = await appliedIn(this.connections, schema);
    return schema.pendingAfter(done).map((name) => `${schema.name}/${name}`);
  }

  /** @returns undefined if nobody can say, because the database of a schema is down that the process can do without */
  private async isUpToDate(schema: Schema): Promise<boolean | undefined> {
    try {
      return (await this.pendingIn(schema)).length === 0;
    } catch (error) {
      if (this.connections.isOptional(schema.name)) {
        return undefined;
      }
      throw error;
    }
  }
}

async function appliedIn(connections: Connections, { name: schema }: Schema): Promise<Set<string>> {
  try {
    const rows = await connections.ask<{ name: string }>(schema, `select name from "${schema}"."migration"`);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (MISSING.has(sqlStateOf(error) ?? '')) {
      return new Set();
    }
    throw error;
  }
}
