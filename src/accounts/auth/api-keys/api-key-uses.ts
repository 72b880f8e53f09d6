import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { recordUse } from './api-key.repository.js';

const PAUSE_MS = 60_000;
const MAX_ENTRIES = 20_000;

/** Records when keys are used, at most once a minute each. */
@Injectable()
export class ApiKeyUses {
  private readonly logger = new Logger(ApiKeyUses.name);
  private readonly recorded = new LRUCache<string, number>({ max: MAX_ENTRIES });

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Doesn't wait for it: no request fails, or takes longer, because of this. */
  record(id: string): void {
    const now = this.clock.millis();
    if (now - (this.recorded.get(id) ?? 0) < PAUSE_MS) {
      return;
    }
    this.recorded.set(id, now);
    this.database
      .run((em) => recordUse(em, id, new Date(now), new Date(now - PAUSE_MS)))
      .catch((error: unknown) => this.logger.warn('the last use of an API key could not be recorded', error));
  }
}
