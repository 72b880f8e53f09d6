import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { SendResult, WaitingContext } from '../channel.js';
import { ProviderChain } from '../provider-chain.js';
import { ProviderMetrics } from '../provider-metrics.js';
import { ProviderRates } from '../rates/provider-rates.js';
import { MAIL_OPTIONS, type MailOptions } from './mail.options.js';
import { type Mail, Mailer } from './mailer.js';

/** The mail servers: the usual one, and another one for when that can't be reached. */
@Injectable()
export class MailProviders implements OnApplicationShutdown {
  private readonly mailers: readonly Mailer[];
  private readonly chain: ProviderChain<Mail>;

  constructor(
    @Inject(MAIL_OPTIONS) options: MailOptions,
    clock: Clock,
    metrics: ProviderMetrics,
    rates: ProviderRates,
  ) {
    const sender = { address: options.from, name: options.fromName };
    this.mailers = [
      new Mailer({ name: 'smtp', url: options.smtpUrl, sender }),
      ...(options.smtpFallbackUrl === null
        ? []
        : [new Mailer({ name: 'smtp-fallback', url: options.smtpFallbackUrl, sender })]),
    ];
    this.chain = new ProviderChain(
      this.mailers.map((provider) => ({ provider, pace: rates.paceOf(provider.name) })),
      clock,
    );
    metrics.observe(this.chain);
  }

  /** Never throws. */
  send(mail: Mail, context: WaitingContext): Promise<SendResult> {
    return this.chain.send(mail, context);
  }

  onApplicationShutdown(): void {
    for (const mailer of this.mailers) {
      mailer.close();
    }
  }
}
