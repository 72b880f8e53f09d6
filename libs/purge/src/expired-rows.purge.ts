import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database, deleteExpiredRows } from '#libs/database';
import type { Purge } from './purge.js';

/** Deletes the rows of its tables after their `expires_at`, or after another instant. */
@Injectable()
export abstract class ExpiredRowsPurge implements Purge {
  /** With their schema. Each needs an index on the column. */
  protected abstract readonly tables: readonly string[];
  protected readonly column: string = 'expires_at';
  /** How long rows are kept after that. */
  protected readonly keptMs: number = 0;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async purge(signal: AbortSignal): Promise<number> {
    const before = new Date(this.clock.millis() - this.keptMs);
    let deleted = 0;
    for (const table of this.tables) {
      deleted += await deleteExpiredRows(this.database, signal, table, before, this.column);
    }
    return deleted;
  }
}
