import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { Clock } from '#libs/clock';
import { countFromZero } from '#libs/telemetry';
import type { Rank, Turn } from './slot.js';

const WAITING_RANKS = ['ordinary', 'broadcast'] as const satisfies readonly Rank[];

/** Metrics of what waits for the rate of a provider. Push services count as one: users choose their hosts. */
@Injectable()
export class RateMetrics {
  private readonly holds: Counter<'provider' | 'rank'>;
  /** By provider. */
  private readonly next = new Map<string, Turn['next']>();
  private isDegraded: () => boolean = () => false;

  constructor(registry: Registry, clock: Clock) {
    const registers = [registry];
    this.holds = new Counter({
      name: 'gatehouse_provider_rate_holds_total',
      help: 'Times that something was put off because of the rate of its provider.',
      labelNames: ['provider', 'rank'],
      registers,
    });
    const { next } = this;
    new Gauge({
      name: 'gatehouse_provider_rate_wait_seconds',
      help: 'How long something new would wait for the rate of its provider, as far as this process knows.',
      labelNames: ['provider', 'rank'],
      registers,
      collect() {
        const now = clock.millis();
        for (const [provider, at] of next) {
          WAITING_RANKS.forEach((rank) => this.set({ provider, rank }, Math.max(0, at[rank] - now) / 1_000));
        }
      },
    });
    const isDegraded = (): boolean => this.isDegraded();
    new Gauge({
      name: 'gatehouse_provider_rate_degraded',
      help: '1 while each process keeps to the rates of providers on its own because Redis is not responding.',
      registers,
      collect() {
        this.set(isDegraded() ? 1 : 0);
      },
    });
  }

  /** Begins with zeros for providers that have a rate. */
  watch(providers: readonly string[], isDegraded: () => boolean): void {
    this.isDegraded = isDegraded;
    for (const provider of providers) {
      this.next.set(provider, { ordinary: 0, broadcast: 0 });
      countFromZero(
        this.holds,
        WAITING_RANKS.map((rank) => ({ provider, rank })),
      );
    }
  }

  /** Of several push services, the one that has the longest wait counts. */
  took(provider: string, rank: Rank, { kind, next }: Turn): void {
    const known = this.next.get(provider);
    this.next.set(provider, {
      ordinary: Math.max(known?.ordinary ?? 0, next.ordinary),
      broadcast: Math.max(known?.broadcast ?? 0, next.broadcast),
    });
    if (kind === 'later') {
      this.holds.inc({ provider, rank });
    }
  }
}
