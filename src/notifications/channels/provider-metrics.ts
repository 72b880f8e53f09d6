import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import type { ProviderChain } from './provider-chain.js';

/** Shows which providers are left alone because they can't be reached. */
@Injectable()
export class ProviderMetrics {
  private readonly chains: Pick<ProviderChain<never>, 'usable'>[] = [];

  constructor(registry: Registry) {
    const { chains } = this;
    new Gauge({
      name: 'gatehouse_provider_up',
      help: 'Whether this process uses a provider: 1, or 0 while it is left alone because it could not be reached.',
      labelNames: ['provider'],
      registers: [registry],
      collect() {
        for (const [provider, isUsable] of chains.flatMap(({ usable }) => [...usable])) {
          this.set({ provider }, isUsable ? 1 : 0);
        }
      },
    });
  }

  observe(chain: Pick<ProviderChain<never>, 'usable'>): void {
    this.chains.push(chain);
  }
}
