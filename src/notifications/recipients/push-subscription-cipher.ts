import { Injectable } from '@nestjs/common';
import { BlindIndex, defineSealedColumn, Sealer } from '#libs/crypto';
import type { PushSubscription } from './push-subscription.entity.js';

/** Where a browser gets push messages, and how they are encrypted for it (RFC 8030, RFC 8291). */
export interface PushTarget {
  /** The URL at its push service. */
  readonly endpoint: string;
  /** Its public key, an uncompressed point on P-256 in base64url. */
  readonly p256dh: string;
  /** The authentication secret, 16 bytes in base64url. */
  readonly auth: string;
}

/** What the blind index is of. */
const ENDPOINT = 'push_subscriptions.endpoint';

/** Encrypts where browsers get push messages: sealed for the row, with a blind index to find the endpoint by. */
@Injectable()
export class PushSubscriptionCipher {
  constructor(
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
  ) {}

  seal(id: string, target: PushTarget): Pick<PushSubscription, 'endpointIndex' | 'sealed'> {
    return {
      endpointIndex: this.index.compute(target.endpoint, ENDPOINT),
      sealed: this.sealer.sealJson(target, contextOf(id)),
    };
  }

  /** Every possible value of `endpointIndex`, one per key in the ring. */
  candidates(endpoint: string): string[] {
    return this.index.candidates(endpoint, ENDPOINT);
  }

  /** @throws SealBrokenError */
  targetOf({ id, sealed }: PushSubscription): PushTarget {
    return this.sealer.openJson(sealed, contextOf(id)) as PushTarget;
  }
}

function contextOf(id: string): string {
  return `push-subscription:${id}`;
}

defineSealedColumn('notifications.push_subscriptions.sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
  indexes: {
    endpoint_index: { domain: ENDPOINT, of: (plain) => (JSON.parse(plain) as PushTarget).endpoint },
  },
});
