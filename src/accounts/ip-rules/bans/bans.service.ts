import { Injectable, Logger } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { Clock, IdSource } from '#libs/clock';
import { Database } from '#libs/database';
import { type Network, textOf } from '#libs/networks';
import { countFromZero } from '#libs/telemetry';
import { AuditLog } from '../../audit/index.js';
import { SessionsService } from '../../auth/index.js';
import { AUTOMATIC_SOURCE, IpRule } from '../ip-rule.entity.js';
import { findRuleFor, nextRevision } from '../ip-rule.repository.js';
import { ipRuleBanned } from '../ip-rules.events.js';
import { LiveIpRules } from '../live-ip-rules.js';

/** Each ban in a row lasts so many times as long as the one before: 10 minutes, an hour, 6 hours, a day. */
const ESCALATION = 6;
const LONGEST_MS = 24 * 60 * 60 * 1000;
/** How long ago users may have signed in who speak for their network. */
const RECENT_MS = 24 * 60 * 60 * 1000;
/** How many failures each of them makes up for. Of stolen passwords, one or two in a hundred work. */
const FORGIVEN_PER_USER = 2;

/** What a client has done. */
export interface Offence {
  readonly trigger: string;
  /** How often, within the trigger's window. */
  readonly count: number;
  readonly reason: string;
  readonly firstBanMs: number;
}

/** Bans networks for a while. */
@Injectable()
export class BansService {
  private readonly logger = new Logger('IpRules');
  private readonly bans: Counter<'trigger'>;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsService,
    private readonly live: LiveIpRules,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    registry: Registry,
  ) {
    this.bans = new Counter({
      name: 'gatehouse_automatic_bans_total',
      help: 'Networks banned for a while, by what they did.',
      labelNames: ['trigger'],
      registers: [registry],
    });
  }

  /** Lets the metric have all its time series from the start. */
  expect(triggers: readonly string[]): void {
    countFromZero(
      this.bans,
      triggers.map((trigger) => ({ trigger })),
    );
  }

  /**
   * Bans the network, unless it's banned already, or many users sign in well from it: a school's only address has as many
   * typing errors as an attack, but an attacker has few successes.
   */
  async ban(network: Network, offence: Offence): Promise<void> {
    const cidr = textOf(network);
    const since = new Date(this.clock.millis() - RECENT_MS);
    const enough = Math.ceil(offence.count / FORGIVEN_PER_USER);
    if ((await this.sessions.countUsersIn(cidr, since, enough)) >= enough) {
      this.logger.log(`not banned for ${offence.trigger}: many users sign in well from the same network`);
      return;
    }
    const rule = await this.store(network, offence);
    if (!rule) {
      return;
    }
    this.bans.inc({ trigger: offence.trigger });
    const minutes = Math.round(((rule.expiresAt?.getTime() ?? 0) - rule.createdAt.getTime()) / 60_000);
    // Logs have no addresses. The API shows it under this ID.
    this.logger.warn(`banned a network for ${minutes} minutes: ${offence.trigger} (IP rule ${rule.id})`);
    await this.live.changed();
  }

  /** @returns undefined if it's banned already */
  private store(network: Network, { trigger, reason, firstBanMs }: Offence): Promise<IpRule | undefined> {
    return this.database.transaction(async (em) => {
      const revision = await nextRevision(em);
      const now = this.clock.now();
      const earlier = await findRuleFor(em, network, AUTOMATIC_SOURCE);
      if (earlier?.expiresAt && earlier.expiresAt > now) {
        return undefined;
      }
      const bans = (earlier?.bans ?? 0) + 1;
      if (earlier) {
        // It was only kept so that this one is longer, and has expired everywhere.
        await em.remove(earlier).flush();
      }
      const lasts = Math.min(LONGEST_MS, firstBanMs * ESCALATION ** (bans - 1));
      const expiresAt = new Date(now.getTime() + lasts);
      const rule = em.create(IpRule, {
        id: this.ids.next(now),
        cidr: textOf(network),
        action: 'deny',
        reason,
        source: AUTOMATIC_SOURCE,
        authorId: null,
        bans,
        revision,
        createdAt: now,
        expiresAt,
      });
      await em.persist(rule).flush();
      const to = { trigger, bans, expiresAt: expiresAt.toISOString() };
      await this.audit.record(em, ipRuleBanned, {
        target: textOf(network),
        changes: { ban: { from: null, to } },
        reason,
      });
      return rule;
    });
  }
}
