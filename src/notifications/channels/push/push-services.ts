import type { OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Clock } from '#libs/clock';
import type { VapidConfig } from '../../../../config/index.js';
import type { OutboundClient } from '../../outbound/index.js';
import { notTried, type SendResult, type WaitingContext } from '../channel.js';
import { ProviderChain } from '../provider-chain.js';
import type { PushMessage } from './push-request.js';
import type { ProviderRates } from '../rates/provider-rates.js';
import { isFailureOfService, PushService } from './push-service.js';

/** Browsers have four or five. Users can make up more, and those used last are remembered. */
const MAX_SERVICES = 100;

/** The push services, each with a circuit breaker of its own. */
export class PushServices implements OnApplicationShutdown {
  private readonly chains = new LRUCache<string, ProviderChain<PushMessage>>({ max: MAX_SERVICES });

  constructor(
    private readonly client: OutboundClient,
    private readonly vapid: VapidConfig | null,
    private readonly clock: Clock,
    private readonly rates: ProviderRates,
  ) {}

  /** Never throws. */
  send(message: PushMessage, context: WaitingContext): Promise<SendResult> {
    return this.vapid
      ? this.chainOf(new URL(message.target.endpoint).host, this.vapid).send(message, context)
      : Promise.resolve(notTried({ kind: 'deferred', reason: 'VAPID_PRIVATE_KEY is not set' }));
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  private chainOf(host: string, vapid: VapidConfig): ProviderChain<PushMessage> {
    const known = this.chains.get(host);
    if (known) {
      return known;
    }
    const service = {
      provider: new PushService(host, this.client, vapid),
      pace: this.rates.paceOf('push', host),
    };
    const chain = new ProviderChain([service], this.clock, isFailureOfService);
    this.chains.set(host, chain);
    return chain;
  }
}
