import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import type { SendNotification } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Outbox } from '#libs/messaging';
import { DeliveryRepository } from '../deliveries/delivery.repository.js';
import { sealDelivery } from '../deliveries/delivery-payload.js';
import { noteOf } from '../deliveries/mail-route.js';
import { MAIL_OPTIONS, type MailOptions } from '../channels/mail/mail.options.js';

/** Turns the wish to tell somebody something into a delivery, and notes that it has to be sent. */
@Injectable()
export class RequestDeliveryService {
  private readonly messageIdDomain: string;

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    @Inject(MAIL_OPTIONS) { publicUrl }: MailOptions,
  ) {
    this.messageIdDomain = new URL(publicUrl).hostname;
  }

  /** In the transaction that takes the command; `id` is the command's. */
  async request(
    em: EntityManager,
    id: string,
    { template, to, data, expiresAt }: SendNotification,
  ): Promise<void> {
    await this.deliveries.insertOnce(em, {
      id,
      userId: to.userId,
      template,
      sealed: sealDelivery(this.sealer, id, { to, data }),
      messageId: `<${id}@${this.messageIdDomain}>`,
      expiresAt: new Date(expiresAt),
      createdAt: this.clock.now(),
    });
    await this.outbox.note(em, noteOf(id, to.userId));
  }
}
