import { Injectable, Logger } from '@nestjs/common';
import { Database } from '#libs/database';
import {
  deleteEndedPushSubscription,
  findPushSubscription,
  NO_PUSH_SUBSCRIPTION,
  type PushSubscription,
  PushSubscriptionCipher,
} from '../../recipients/index.js';
import { MessageRenderer, SECURITY } from '../../templates/index.js';
import {
  Channel,
  notTried,
  type OutgoingNotification,
  type SendResult,
  type WaitingContext,
} from '../channel.js';
import type { PushMessage } from './push-request.js';
import { isGone } from './push-service.js';
import { PushServices } from './push-services.js';

/** A message, and the subscription that it's for. */
interface Addressed {
  readonly message: PushMessage;
  readonly subscription: PushSubscription;
}

/** Sends push notifications to browsers. */
@Injectable()
export class PushChannel extends Channel {
  private readonly logger = new Logger(PushChannel.name);

  constructor(
    private readonly database: Database,
    private readonly cipher: PushSubscriptionCipher,
    private readonly renderer: MessageRenderer,
    private readonly services: PushServices,
  ) {
    super();
  }

  override async send(notification: OutgoingNotification, context: WaitingContext): Promise<SendResult> {
    const addressed = await this.address(notification).catch((error: unknown) => {
      this.logger.warn(`could not read the template or the subscription of delivery ${notification.id}`, {
        error,
      });
      return notTried({ kind: 'deferred', reason: 'the template or the subscription could not be read' });
    });
    if (!('message' in addressed)) {
      return addressed;
    }
    const result = await this.services.send(addressed.message, context);
    if (!isGone(result.outcome)) {
      return result;
    }
    await this.forget(addressed.subscription);
    return { ...result, isGone: true };
  }

  private async address(notification: OutgoingNotification): Promise<Addressed | SendResult> {
    const { id, to, category, pushSubscriptionId } = notification;
    const subscription =
      pushSubscriptionId === undefined
        ? null
        : await this.database.run((em) => findPushSubscription(em, to.userId, pushSubscriptionId));
    if (!subscription) {
      // It was removed, or someone else signed in there.
      return { ...notTried({ kind: 'refused', reason: NO_PUSH_SUBSCRIPTION }), isGone: true };
    }
    const payload = await this.renderer.push(notification);
    if (payload === null) {
      return notTried({ kind: 'refused', reason: 'rendering failed' });
    }
    const target = this.cipher.targetOf(subscription);
    return { message: { id, target, payload, isUrgent: category === SECURITY }, subscription };
  }

  private async forget(subscription: PushSubscription): Promise<void> {
    try {
      await this.database.run((em) => deleteEndedPushSubscription(em, subscription));
    } catch (error) {
      // The next notification gets the same answer.
      this.logger.warn(`could not delete the push subscription ${subscription.id}, which has ended`, {
        error,
      });
    }
  }
}
