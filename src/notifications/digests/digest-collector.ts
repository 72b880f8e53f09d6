import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IdSource } from '#libs/clock';
import { digest as digestTemplate } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import {
  digestTask,
  EXPIRES_MS,
  insertDelivery,
  insertDigestItem,
  messageIdOf,
} from '../deliveries/index.js';
import { type Digest, digestDueAt } from '../preferences/index.js';
import { TEMPLATE_OPTIONS, type TemplateOptions } from '../templates/index.js';
import { DigestRow } from './digest.entity.js';
import { findOpenDigest } from './digest.repository.js';

/** A delivery that is to be a part of a digest. */
export interface Collected {
  readonly deliveryId: string;
  readonly userId: string;
  readonly category: string;
  /** Of the user. An IANA name. */
  readonly timezone: string;
  readonly at: Date;
}

/** Puts notifications into digests. */
@Injectable()
export class DigestCollector {
  constructor(
    private readonly outbox: Outbox,
    private readonly ids: IdSource,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /**
   * Makes a delivery a part of the user's open digest, or of a new one. Call it after `lockRecipient`.
   * @returns when the digest is due
   */
  async collect(em: EntityManager, collected: Collected, digest: Digest): Promise<Date> {
    const { deliveryId, userId, category, at } = collected;
    const open = (await findOpenDigest(em, userId, category)) ?? (await this.open(em, collected, digest));
    await insertDigestItem(em, { deliveryId, digestId: open.id, createdAt: at });
    return open.dueAt;
  }

  private async open(
    em: EntityManager,
    { userId, category, timezone, at }: Collected,
    digest: Digest,
  ): Promise<DigestRow> {
    const id = this.ids.next(at);
    const dueAt = digestDueAt(digest, timezone, at);
    const opened = em.create(DigestRow, { id, userId, category, isOpen: true, dueAt });
    await em.persist(opened).flush();
    await insertDelivery(em, {
      id,
      userId,
      template: digestTemplate.name,
      channel: 'email',
      sealed: null,
      messageId: messageIdOf(id, this.options.publicUrl),
      task: digestTask.job.name,
      heldUntil: dueAt,
      expiresAt: new Date(dueAt.getTime() + EXPIRES_MS),
      createdAt: at,
    });
    await this.outbox.appendTask(em, digestTask, id, userId, dueAt);
    return opened;
  }
}
