import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { addressOf, ProblemWatch } from '#libs/http';
import { inBackground } from '#libs/lifecycle';
import { isPrivate, type Network, parseAddress, subscriberOf, textOf } from '#libs/networks';
import { reasonOf, runInLogContext } from '#libs/telemetry';
import { AppConfig } from '../../../../config/index.js';
import { LiveIpRules } from '../live-ip-rules.js';
import { BansService } from './bans.service.js';
import { Strikes } from './strikes.js';
import { type Trigger, TRIGGERS } from './triggers.js';

const BY_CODE = new Map(TRIGGERS.flatMap((trigger) => trigger.codes.map((code) => [code, trigger] as const)));

/** Watches for clients that attack, and has them banned. Only looks at requests that have failed. */
@Injectable()
export class AutomaticBans implements OnModuleInit {
  private readonly logger = new Logger('IpRules');

  constructor(
    private readonly config: AppConfig,
    private readonly problems: ProblemWatch,
    private readonly live: LiveIpRules,
    private readonly strikes: Strikes,
    private readonly bans: BansService,
  ) {}

  onModuleInit(): void {
    if (this.config.automaticBans !== 'off') {
      this.bans.expect(TRIGGERS.map(({ name }) => name));
      this.problems.onProblem((request, code) => this.count(request, code));
    }
  }

  private count(request: FastifyRequest, code: string): void {
    const trigger = BY_CODE.get(code);
    const value = trigger?.valueOf(request);
    const address = parseAddress(addressOf(request));
    if (trigger && value !== undefined && address && !this.isExempt(request, address)) {
      // Not as part of the request: it's over, and whoever sent it doesn't ban anyone.
      void runInLogContext({}, () => inBackground(() => this.strike(trigger, subscriberOf(address), value)));
    }
  }

  private isExempt({ server }: FastifyRequest, address: Network): boolean {
    const [text = ''] = textOf(address).split('/');
    return (
      (this.config.automaticBans !== 'all' && isPrivate(address)) ||
      server.trustedProxies?.includes(text) === true ||
      this.live.ruleFor(text)?.action === 'allow'
    );
  }

  private async strike(trigger: Trigger, network: Network, value: string): Promise<void> {
    const { name, what, limit, windowMs, firstBanMs } = trigger;
    try {
      const count = await this.strikes.add(trigger, textOf(network), value);
      // At every multiple, for networks that were spared at the one before.
      if (count !== undefined && count % limit === 0) {
        const reason = `${name}: ${count} ${what} in ${windowMs / 60_000} minutes`;
        await this.bans.ban(network, { trigger: name, count, reason, firstBanMs });
      }
    } catch (error) {
      this.logger.warn(`a network could not be banned for ${name} (${reasonOf(error)})`);
    }
  }
}
