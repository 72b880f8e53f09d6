import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountDirectory, type DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import {
  closeDigest,
  deleteDelivery,
  deleteDigestItem,
  DeliveryEnds,
  digestTask,
  findItemsOf,
  findSealed,
  holdDigest,
  NOT_VERIFIED,
  sealDelivery,
  storeSealed,
  taskOf,
  type WaitingItem,
} from '../deliveries/index.js';
import { PreferenceCheck } from '../preferences/index.js';
import { lockRecipient } from '../recipients/index.js';
import { TEMPLATE_OPTIONS, type TemplateOptions } from '../templates/index.js';
import type { DigestRow } from './digest.entity.js';
import { type DigestItem, DigestItems } from './digest-items.js';
import { deleteDigest, findDigest } from './digest.repository.js';

/** More would be too long to read, and to render. The email says how many are left out. */
const MAX_ITEMS = 300;
/** The same for the length of what they say, in characters. */
const MAX_LENGTH = 50_000;

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
      // An earlier release may have erased its recipient, and left the task.
      await this.database.run((em) => this.outbox.settle(em, digestTask, id));
      return false;
    }
    if (await this.isPrepared(id)) {
      return true;
    }
    const user = await this.directory.find(digest.userId);
    const quietUntil = user && (await this.quietUntil(digest, user));
    if (quietUntil) {
      // It stays open: otherwise, a digest of each hour of the night would be sent in the morning.
      await this.database.transaction(async (em) => {
        await holdDigest(em, id, quietUntil);
        await this.outbox.postponeTask(em, digestTask, id, quietUntil);
      });
      return false;
    }
    const items = await this.database.transaction((em) => this.close(em, digest));
    if (items.length === 0) {
      // Whatever remains of it has ended.
      return true;
    }
    if (!user?.emailVerified) {
      await this.database.transaction((em) =>
        this.ends.end(em, { id, state: 'suppressed', reason: NOT_VERIFIED }),
      );
      return false;
    }
    await this.database.run((em) => this.render(em, digest, user, items));
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
   * @returns its deliveries, or none if it's not needed, or over
   */
  private async close(em: EntityManager, { id, userId }: DigestRow): Promise<readonly WaitingItem[]> {
    await lockRecipient(em, userId);
    const digest = await findDigest(em, id);
    const items = await findItemsOf(em, id);
    if (!digest?.isOpen) {
      return items;
    }
    if (items.length > 1) {
      await closeDigest(em, id);
      return items;
    }
    for (const item of items) {
      await deleteDigestItem(em, item.id);
      await this.outbox.appendTask(em, taskOf(item.task), item.id, userId);
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
    waiting: readonly WaitingItem[],
  ): Promise<void> {
    const { email, displayName, locale, timezone } = user;
    const ids = waiting.slice(0, MAX_ITEMS).map((item) => item.id);
    const items = fitting(await this.items.render(em, user, ids));
    const data = { link: this.options.appUrl, items, more: waiting.length - items.length };
    const payload = { to: { userId, email, displayName, locale }, data, category, timezone };
    await storeSealed(em, id, sealDelivery(this.sealer, id, payload));
  }
}

/** As many as aren't too long together. */
function fitting(items: readonly DigestItem[]): readonly DigestItem[] {
  let length = 0;
  const end = items.findIndex(({ title, body, url }) => {
    length += title.length + body.length + (url?.length ?? 0);
    return length > MAX_LENGTH;
  });
  return end < 0 ? items : items.slice(0, end);
}
