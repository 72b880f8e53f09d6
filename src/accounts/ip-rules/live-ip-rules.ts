import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { Clock } from '#libs/clock';
import { Connections, Database } from '#libs/database';
import { Outage } from '#libs/lifecycle';
import { parseAddress } from '#libs/networks';
import { ReplicaChannel } from '#libs/redis';
import { countFromZero, reasonOf } from '#libs/telemetry';
import { applyChanges } from './apply-changes.js';
import { ADMIN_SOURCE, AUTOMATIC_SOURCE } from './ip-rule.entity.js';
import { findChanges, LATEST_REVISION } from './ip-rule-changes.repository.js';
import { REMOVAL_KEPT_MS } from './ip-rule.repository.js';
import { type HeldRule, IpRuleTable } from './ip-rule-table.js';

/** The topic of changes of rules. */
const TOPIC = 'ip-rules';
/** How often we look for changes whose message didn't arrive, because Redis was down or their writer was killed. */
const LOOK_EVERY_MS = 500;

/**
 * The rules in the memory of this replica, which follow those in PostgreSQL: at once on a message of the replica channel,
 * otherwise within half a second. While PostgreSQL is down, the last known rules stay in force.
 */
@Injectable()
export class LiveIpRules implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('IpRules');
  private readonly denied: Counter<'source'>;
  private readonly outage: Outage;
  private table = new IpRuleTable();
  private revision = 0;
  /** When they were the latest, by the clock that removals expire by. */
  private currentAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> = Promise.resolve();
  private isLooking = false;
  private mustLookAgain = false;
  private isClosing = false;
  private hasStopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly connections: Connections,
    private readonly clock: Clock,
    private readonly channel: ReplicaChannel,
    registry: Registry,
  ) {
    this.denied = new Counter({
      name: 'gatehouse_addresses_denied_total',
      help: 'Requests refused because of an IP rule, by the source of the rule.',
      labelNames: ['source'],
      registers: [registry],
    });
    countFromZero(
      this.denied,
      [ADMIN_SOURCE, AUTOMATIC_SOURCE, 'list'].map((source) => ({ source })),
    );
    const networks = () => this.table.size;
    new Gauge({
      name: 'gatehouse_ip_rule_networks',
      help: 'Networks with an IP rule that this replica knows.',
      registers: [registry],
      collect() {
        this.set(networks());
      },
    });
    this.outage = new Outage({
      began: (error) =>
        this.logger.warn(`IP rules can't be read (${reasonOf(error)}): the last known ones stay in force`),
      ended: () => this.logger.log('IP rules can be read again'),
    });
    channel.on(TOPIC, () => void this.look());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  /** We go on while the last requests are served, but the connections may close before we stop. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  onApplicationShutdown(): void {
    this.hasStopped = true;
    clearInterval(this.timer);
  }

  /** Whether requests of this address are refused. Counts them. */
  denies(address: string): boolean {
    const rule = this.ruleFor(address);
    if (rule?.action !== 'deny') {
      return false;
    }
    const isList = rule.source !== ADMIN_SOURCE && rule.source !== AUTOMATIC_SOURCE;
    this.denied.inc({ source: isList ? 'list' : rule.source });
    return true;
  }

  /** The rule that decides about an address, if there's one. */
  ruleFor(address: string): HeldRule | undefined {
    // Parsing takes longer than looking it up.
    const network = this.table.size === 0 ? undefined : parseAddress(address);
    return network && this.table.decide(network, this.clock.millis());
  }

  /** Makes every replica read what has changed. Call it after the commit. Resolves once it's in force on this one. */
  changed(): Promise<void> {
    this.channel.publish(TOPIC, '');
    return this.refresh();
  }

  /** Reads what has changed, after what is being read already. Never fails. */
  private refresh(): Promise<void> {
    this.reading = this.reading.then(() => this.read());
    return this.reading;
  }

  /** Reads what has changed, if anything has. */
  private async look(): Promise<void> {
    if (this.isLooking) {
      this.mustLookAgain = true;
      return;
    }
    this.isLooking = true;
    do {
      this.mustLookAgain = false;
      this.table.sweep(this.clock.millis());
      if (!(await this.isCurrent()) && !this.hasStopped) {
        await this.refresh();
      }
    } while (this.mustLookAgain && !this.hasStopped);
    this.isLooking = false;
  }

  /** Over the connection for probes, which never waits for one of the pool. */
  private async isCurrent(): Promise<boolean> {
    const now = this.clock.millis();
    try {
      const [latest] = await this.connections.ask<{ revision: number }>(
        this.database.schema,
        LATEST_REVISION,
      );
      if (latest?.revision === this.revision && now - this.currentAt < REMOVAL_KEPT_MS / 2) {
        this.currentAt = now;
        this.outage.ended();
        return true;
      }
      return false;
    } catch (error) {
      this.failed(error);
      return true;
    }
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    // Removals that we have missed may be gone by now.
    const isNew = now.getTime() - this.currentAt > REMOVAL_KEPT_MS / 2;
    const since = isNew ? 0 : this.revision;
    try {
      const { revision, changes } = await this.database.run((em) => findChanges(em, since, now));
      const table = isNew ? new IpRuleTable() : this.table;
      await applyChanges(table, changes);
      this.table = table;
      this.revision = revision;
      this.currentAt = now.getTime();
      this.outage.ended();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    if (!this.isClosing) {
      this.outage.began(error);
    }
  }
}
