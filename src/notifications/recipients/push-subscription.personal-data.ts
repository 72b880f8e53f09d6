import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { PushSubscriptionCipher } from './push-subscription-cipher.js';
import { findPushSubscriptionsOf } from './push-subscription.repository.js';

/** The browsers that show push notifications to the user. */
@HoldsPersonalData(notifications, 'pushSubscriptions')
export class PushSubscriptionData implements PersonalData {
  constructor(private readonly cipher: PushSubscriptionCipher) {}

  async collect(em: EntityManager, userId: string): Promise<object[]> {
    return (await findPushSubscriptionsOf(em, userId)).map((subscription) => ({
      endpoint: this.cipher.targetOf(subscription).endpoint,
      expiresAt: subscription.expiresAt?.toISOString() ?? null,
      createdAt: subscription.createdAt.toISOString(),
      updatedAt: subscription.updatedAt.toISOString(),
    }));
  }
}
