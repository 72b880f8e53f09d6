import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../../../config/index.js';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { Sealer } from '#libs/crypto';
import { findPhone, findPhoneNumber, NO_PHONE_NUMBER, pendingOf } from '../../recipients/index.js';
import { MessageRenderer } from '../../templates/index.js';
import {
  Channel,
  notTried,
  type OutgoingNotification,
  type SendResult,
  type WaitingContext,
} from '../channel.js';
import { ProviderChain } from '../provider-chain.js';
import { ProviderMetrics } from '../provider-metrics.js';
import { ProviderRates } from '../rates/provider-rates.js';
import { SmsGateway, type TextMessage } from './sms-gateway.js';

/** Sends text messages. */
@Injectable()
export class SmsChannel extends Channel {
  private readonly logger = new Logger(SmsChannel.name);
  private readonly chain: ProviderChain<TextMessage>;

  constructor(
    { smsUrl }: AppConfig,
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly renderer: MessageRenderer,
    clock: Clock,
    metrics: ProviderMetrics,
    rates: ProviderRates,
  ) {
    super();
    const gateways = smsUrl === null ? [] : [new SmsGateway(smsUrl)];
    this.chain = new ProviderChain(
      gateways.map((provider) => ({ provider, pace: rates.paceOf(provider.name) })),
      clock,
    );
    metrics.observe(this.chain);
  }

  override async send(notification: OutgoingNotification, context: WaitingContext): Promise<SendResult> {
    const message = await this.messageOf(notification).catch((error: unknown) => {
      this.logger.warn(`could not read the template or the phone number of delivery ${notification.id}`, {
        error,
      });
      return notTried({ kind: 'deferred', reason: 'the template or the phone number could not be read' });
    });
    return 'text' in message ? this.chain.send(message, context) : message;
  }

  private async messageOf(notification: OutgoingNotification): Promise<TextMessage | SendResult> {
    const { id, to, data } = notification;
    if (notification.phoneNumber !== undefined && !(await this.isCurrent(to.userId, data['code']))) {
      const reason = 'there is a newer code, or the number was removed';
      return { ...notTried({ kind: 'refused', reason }), isGone: true };
    }
    // Not the one that the recipient had when it was accepted, unless it's about that number.
    const number =
      notification.phoneNumber ??
      (await this.database.run((em) => findPhoneNumber(em, this.sealer, to.userId)));
    if (!number) {
      return notTried({ kind: 'refused', reason: NO_PHONE_NUMBER });
    }
    const rendered = await this.renderer.sms(notification);
    return rendered
      ? { id, to: number, text: rendered.text }
      : notTried({ kind: 'refused', reason: 'rendering failed' });
  }

  /** Whether a code is the one that proves the number. */
  private async isCurrent(userId: string, code: unknown): Promise<boolean> {
    const phone = await this.database.run((em) => findPhone(em, userId));
    return phone !== null && pendingOf(this.sealer, phone)?.code === code;
  }
}
