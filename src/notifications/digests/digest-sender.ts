import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountDirectory, type DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import {
  deleteDelivery,
  deleteDigestItem,
  DeliveryEnds,
  digestTask,
  findItemsOf,
  findSealed,
  mailTask,
  NOT_VERIFIED,
  sealDelivery,
  storeSealed,
} from '../deliveries/index.js';
import { PreferenceCheck } from '../preferences/index.js';
import { lockRecipient } from '../recipients/index.js';
import { TEMPLATE_OPTIONS, type TemplateOptions } from '../templates/index.js';
import type { DigestRow } from './digest.entity.js';
import { DigestItems } from './digest-items.js';
import { closeDigest, deleteDigest, findDigest } from './digest.repository.js';

/** More would be too long to read. The email says how many are left out. */
const MAX_ITEMS = 100;

/**
 * Turns a digest that is due into an email. Each step is stored before the next one, so a run that dies is continued by
 * the next.
 */
@Injectable()
export class DigestSender {
  constructor(
    private readonly database: Database,
    private readonly directory: AccountDirectory,
    private readonly preferences: PreferenceCheck,
    private readonly items: DigestItems,
    private readonly ends: DeliveryEnds,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /** @returns whether there is an email to send now */
  async prepare(id: string): Promise<boolean> {
    const digest = await this.database.run((em) => findDigest(em, id));
    if (!digest) {
      return false;
    }
    if (await this.isPrepared(id)) {
      return true;
    }
    const user = await this.directory.find(digest.userId);
    const quietUntil = user && (await this.quietUntil(digest, user));
    if (quietUntil) {
      // It stays open: otherwise, a digest of each hour of the night would be sent in the morning.
      await this.database.transaction((em) => this.outbox.postponeTask(em, digestTask, id, quietUntil));
      return false;
    }
    const itemIds = await this.database.transaction((em) => this.close(em, digest));
    if (itemIds.length === 0) {
      return false;
    }
    if (!user?.emailVerified) {
      await this.database.transaction((em) => this.ends.end(em, id, 'suppressed', NOT_VERIFIED));
      return false;
    }
    await this.database.run((em) => this.render(em, digest, user, itemIds));
    return true;
  }

  private async isPrepared(id: string): Promise<boolean> {
    return (await this.database.run((em) => findSealed(em, [id]))).length > 0;
  }

  private async quietUntil(
    { userId, category }: DigestRow,
    { timezone }: DirectoryUser,
  ): Promise<Date | null> {
    const verdict = await this.preferences.check({ userId, category, channel: 'email', timezone });
    return verdict.kind === 'quiet' ? verdict.until : null;
  }

  /**
   * From now on, notifications go into another digest. One that has a single notification becomes that.
   * @returns the IDs of its deliveries, or none if it's not needed, or over
   */
  private async close(em: EntityManager, { id, userId }: DigestRow): Promise<readonly string[]> {
    await lockRecipient(em, userId);
    const digest = await findDigest(em, id);
    const itemIds = await findItemsOf(em, id);
    if (!digest?.isOpen) {
      return itemIds;
    }
    if (itemIds.length > 1) {
      await closeDigest(em, id);
      return itemIds;
    }
    for (const itemId of itemIds) {
      await deleteDigestItem(em, itemId);
      await this.outbox.appendTask(em, mailTask, itemId, userId);
    }
    await deleteDigest(em, id);
    await deleteDelivery(em, id);
    await this.outbox.settle(em, digestTask, id);
    return [];
  }

  private async render(
    em: EntityManager,
    { id, userId, category }: DigestRow,
    user: DirectoryUser,
    itemIds: readonly string[],
  ): Promise<void> {
    const { email, displayName, locale, timezone } = user;
    const items = await this.items.render(em, user, itemIds.slice(0, MAX_ITEMS));
    const data = { link: this.options.appUrl, items, more: itemIds.length - items.length };
    const payload = { to: { userId, email, displayName, locale }, data, category, timezone };
    await storeSealed(em, id, sealDelivery(this.sealer, id, payload));
  }
}
