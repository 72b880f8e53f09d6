import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { AuditTrail } from '../audit/index.js';
import type { Suppression, SuppressionReason } from './suppression.entity.js';
import { SuppressionList } from './suppression-list.js';
import { countSuppressions, findSuppression, findSuppressions } from './suppression.repository.js';
import { suppressionNotFound } from './suppressions.errors.js';
import { suppressionAdded, suppressionRemoved } from './suppressions.events.js';

/** A suppression with its address opened. */
export interface OpenSuppression {
  readonly id: string;
  readonly email: string;
  readonly reason: SuppressionReason;
  readonly detail: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

export interface SuppressionSearch {
  readonly email: string | undefined;
  readonly reason: SuppressionReason | undefined;
}

/** The suppression list, for administrators. */
@Injectable()
export class SuppressionsService {
  constructor(
    private readonly database: Database,
    private readonly list: SuppressionList,
    private readonly audit: AuditTrail,
  ) {}

  /** Newest first. */
  find(
    { email, reason }: SuppressionSearch,
    page: PageRequest,
    withTotal: boolean,
  ): Promise<Slice<OpenSuppression>> {
    const filter = { reason, emailIndexes: email === undefined ? undefined : this.list.indexesOf(email) };
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findSuppressions(em, filter, page), page);
      return {
        ...slice,
        items: items.map((suppression) => this.opened(suppression)),
        ...(withTotal ? { total: await countSuppressions(em, filter) } : {}),
      };
    });
  }

  /** @throws Problem `suppression-not-found` */
  get(id: string): Promise<OpenSuppression> {
    return this.database.run(async (em) => this.opened(existing(await findSuppression(em, id))));
  }

  /** Doing it twice is the same as once. */
  add(email: string, detail: string | null): Promise<OpenSuppression> {
    return this.database.transaction(async (em) => {
      const given = { email, userId: null, reason: 'manual', detail } as const;
      const { suppression, isNew } = await this.list.add(em, given);
      if (isNew) {
        await this.audit.record(em, suppressionAdded, suppression.id);
      }
      return this.opened(suppression);
    });
  }

  /** @throws Problem `suppression-not-found` */
  async remove(id: string): Promise<void> {
    await this.database.transaction(async (em) => {
      await em.remove(existing(await findSuppression(em, id))).flush();
      await this.audit.record(em, suppressionRemoved, id);
    });
  }

  private opened(suppression: Suppression): OpenSuppression {
    const { id, reason, detail, createdAt, expiresAt } = suppression;
    return {
      id,
      email: this.list.addressOf(suppression),
      reason,
      detail: detail ?? null,
      createdAt,
      expiresAt: expiresAt ?? null,
    };
  }
}

function existing(suppression: Suppression | null): Suppression {
  if (!suppression) {
    throw suppressionNotFound();
  }
  return suppression;
}
