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
    this.applied ||= (await this.pending()).length === 0;
    return this.applied;
  }

  /** The names of the migrations that this process needs but the database lacks. */
  async pending(): Promise<string[]> {
    const perSchema = this.connections.schemas.map(async (schema) => {
      const done = await appliedIn(this.connections, schema);
      return schema.pendingAfter(done).map((name) => `${schema.name}/${name}`);
    });
    return (await Promise.all(perSchema)).flat();
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
