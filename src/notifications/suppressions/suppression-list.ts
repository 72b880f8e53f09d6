import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { BlindIndex, commonIndex, defineSealedColumn, Sealer } from '#libs/crypto';
import { batched, Database } from '#libs/database';
import { canonicalEmail } from '#libs/text';
import { Suppression, type SuppressionReason } from './suppression.entity.js';
import { findReasons, lockAddress } from './suppression.repository.js';

export interface NewSuppression {
  readonly email: string;
  /** Whose address it is, if that's known. */
  readonly userId: string | null;
  readonly reason: SuppressionReason;
  readonly detail: string | null;
}

const BATCH = 50;
const DOMAIN = 'suppressions.email';
/** A mailbox may be opened again. Trying it once in a while costs little. */
const BOUNCE_MS = 180 * 24 * 60 * 60 * 1000;

/** A later reason replaces an earlier one only if it's stronger: an address that exists can still be unwanted. */
const STRENGTH: Readonly<Record<SuppressionReason, number>> = { bounce: 0, manual: 1, complaint: 2 };

const WHY: Readonly<Record<SuppressionReason, string>> = {
  bounce: 'earlier emails to the address bounced',
  complaint: 'the recipient has reported an email as spam',
  manual: 'an administrator has suppressed the address',
};

/** The addresses that no notifications are emailed to. Emails about accounts are sent all the same. */
@Injectable()
export class SuppressionList {
  private readonly find = batched((emails: readonly string[]) => this.reasonsFor(emails), BATCH);

  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** @returns why nothing is sent to the address, for whoever sends it, or null if it isn't on the list */
  async reasonFor(email: string): Promise<string | null> {
    const found = await this.find(email);
    return found && WHY[found];
  }

  /** The possible blind indexes of an address. */
  indexesOf(email: string): string[] {
    return this.index.candidates(canonicalEmail(email), DOMAIN);
  }

  /** Puts an address on the list, in a transaction of its own. */
  async store(given: NewSuppression): Promise<void> {
    await this.database.transaction((em) => this.add(em, given));
  }

  /** Puts an address on the list, in the caller's transaction. @returns what is on the list now, and whether it's new */
  async add(
    em: EntityManager,
    { email, userId, reason, detail }: NewSuppression,
  ): Promise<{ suppression: Suppression; isNew: boolean }> {
    const emailIndex = this.index.compute(canonicalEmail(email), DOMAIN);
    await lockAddress(em, commonIndex(this.indexesOf(email)));
    const now = this.clock.now();
    const expiresAt = reason === 'bounce' ? new Date(now.getTime() + BOUNCE_MS) : null;
    const found = await em.findOne(Suppression, { emailIndex: { $in: this.indexesOf(email) } });
    if (found) {
      if (STRENGTH[reason] >= STRENGTH[found.reason]) {
        Object.assign(found, { reason, detail, expiresAt, userId: userId ?? found.userId ?? null });
        await em.flush();
      }
      return { suppression: found, isNew: false };
    }
    const id = this.ids.next(now);
    const emailSealed = this.sealer.seal(email, contextOf(id));
    const created = { id, emailIndex, emailSealed, userId, reason, detail, createdAt: now, expiresAt };
    const suppression = em.create(Suppression, created);
    await em.persist(suppression).flush();
    return { suppression, isNew: true };
  }

  addressOf({ id, emailSealed }: Suppression): string {
    return this.sealer.open(emailSealed, contextOf(id));
  }

  private async reasonsFor(emails: readonly string[]): Promise<(SuppressionReason | null)[]> {
    const indexes = emails.map((email) => this.indexesOf(email));
    const reasons = await this.database.run((em) => findReasons(em, indexes.flat(), this.clock.now()));
    return indexes.map((own) => own.flatMap((index) => reasons.get(index) ?? [])[0] ?? null);
  }
}

function contextOf(id: string): string {
  return `suppression:${id}`;
}

defineSealedColumn('notifications.suppressions.email_sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
  indexes: { email_index: { domain: DOMAIN, of: canonicalEmail } },
});
