import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { Clock, IdSource } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import type { JsonObject } from '#libs/json';
import {
  countPushSubscriptions,
  deletePushSubscription,
  deleteStalePushSubscriptions,
  findPushSubscriptions,
  lockRecipient,
  type PushSubscription,
  PushSubscriptionCipher,
  storePushSubscription,
} from '../recipients/index.js';
import { pushNotConfigured, pushSubscriptionNotFound } from './push-subscriptions.errors.js';
import { pushTargetOf } from './push-target.js';

/** What a user sees of a subscription. Nobody but us needs the keys. */
export interface KnownSubscription {
  readonly id: string;
  readonly endpoint: string;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a browser sends. */
export interface NewSubscription {
  readonly endpoint: string;
  readonly expiresAt: Date | null;
  /** Unchecked. */
  readonly keys: JsonObject;
}

/** The browsers that users get push notifications in. */
@Injectable()
export class PushSubscriptionsService {
  constructor(
    private readonly database: Database,
    private readonly cipher: PushSubscriptionCipher,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
  ) {}

  /** In base64url. @throws Problem `push-not-configured` */
  publicKey(): string {
    if (this.config.vapid === null) {
      throw pushNotConfigured();
    }
    return this.config.vapid.publicKey;
  }

  /**
   * Adds a browser, or updates it. If someone else has used it, it's theirs no longer. Beyond 20, those go that were not
   * heard of for the longest time.
   * @throws Problem `push-not-configured`, `invalid-input`
   */
  add(userId: string, { endpoint, expiresAt, keys }: NewSubscription): Promise<KnownSubscription> {
    if (this.config.vapid === null) {
      throw pushNotConfigured();
    }
    const target = pushTargetOf(endpoint, keys, this.config.pushAllowedNetworks);
    return this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      const at = this.clock.now();
      const given = { id: this.ids.next(at), userId, target, expiresAt, at };
      const stored = await storePushSubscription(em, this.cipher, given);
      await deleteStalePushSubscriptions(em, userId);
      return this.known(stored);
    });
  }

  /** Newest first. */
  list(userId: string, page: PageRequest, withTotal: boolean): Promise<Slice<KnownSubscription>> {
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findPushSubscriptions(em, userId, page), page);
      return {
        ...slice,
        items: items.map((each) => this.known(each)),
        ...(withTotal ? { total: await countPushSubscriptions(em, userId) } : {}),
      };
    });
  }

  /** @throws Problem `push-subscription-not-found` */
  async remove(userId: string, id: string): Promise<void> {
    if (!(await this.database.run((em) => deletePushSubscription(em, userId, id)))) {
      throw pushSubscriptionNotFound();
    }
  }

  private known(subscription: PushSubscription): KnownSubscription {
    const { id, expiresAt = null, createdAt, updatedAt } = subscription;
    return { id, endpoint: this.cipher.targetOf(subscription).endpoint, expiresAt, createdAt, updatedAt };
  }
}
