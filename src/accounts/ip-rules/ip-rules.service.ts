import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditChanges } from '#libs/audit';
import { Clock, IdSource } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { contains, type Network, parseNetwork, textOf } from '#libs/networks';
import { AuditLog } from '../audit/index.js';
import { type Administrator, RoleAuthority } from '../auth/index.js';
import { ADMIN_SOURCE, IpRule, type IpRuleAction } from './ip-rule.entity.js';
import {
  countRules,
  findRule,
  findRuleFor,
  findRules,
  findRulesAround,
  type IpRuleFilter,
  nextRevision,
  REMOVAL_KEPT_MS,
  removeRule,
} from './ip-rule.repository.js';
import { ipRuleExists, ipRuleNotFound } from './ip-rules.errors.js';
import { ipRuleAdded, ipRuleRemoved } from './ip-rules.events.js';
import { writeIpRules } from './ip-rules.permissions.js';
import { LiveIpRules } from './live-ip-rules.js';
import { type PlacedRule, requireStayingIn } from './own-address.js';

/** Later than any instant. */
const FOREVER = new Date(8.64e15);

export interface NewIpRule {
  readonly network: Network;
  readonly action: IpRuleAction;
  readonly reason: string | null;
  readonly expiresAt: Date | null;
}

/** An administrator, and the address that their request comes from, if it's known. */
export interface AdministratorAt {
  readonly caller: Administrator;
  readonly address: Network | undefined;
}

/** The rules of administrators. */
@Injectable()
export class IpRulesService {
  constructor(
    private readonly database: Database,
    private readonly authority: RoleAuthority,
    private readonly audit: AuditLog,
    private readonly live: LiveIpRules,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Those in force, newest first. */
  find(filter: IpRuleFilter, page: PageRequest, withTotal: boolean): Promise<Slice<IpRule>> {
    const now = this.clock.now();
    return this.database.run(async (em) => ({
      ...sliceOf(await findRules(em, filter, now, page), page),
      ...(withTotal ? { total: await countRules(em, filter, now) } : {}),
    }));
  }

  /** @throws Problem `ip-rule-not-found` */
  get(id: string): Promise<IpRule> {
    return this.database.run((em) => this.require(em, id));
  }

  /** @throws Problem `ip-rule-exists`, `own-address`, `exceeds-your-permissions`, `unauthenticated` */
  async add({ caller, address }: AdministratorAt, given: NewIpRule): Promise<IpRule> {
    const { network, ...values } = given;
    const added = await this.database.transaction(async (em) => {
      const revision = await nextRevision(em);
      await this.authority.admit(em, caller, writeIpRules);
      const now = this.clock.now();
      const earlier = await findRuleFor(em, network, ADMIN_SOURCE);
      if (earlier && (earlier.expiresAt ?? FOREVER) > now) {
        throw ipRuleExists();
      }
      if (address && given.action === 'deny') {
        const around = (await findRulesAround(em, address, now)).map(placed);
        requireStayingIn(address, { ...given, source: ADMIN_SOURCE }, around);
      }
      if (earlier) {
        // It has expired. No replica has to hear of that, because the new one takes its place.
        await em.remove(earlier).flush();
      }
      const rule = em.create(IpRule, {
        ...values,
        id: this.ids.next(now),
        cidr: textOf(network),
        source: ADMIN_SOURCE,
        authorId: caller.userId,
        revision,
        createdAt: now,
      });
      await em.persist(rule).flush();
      const changes = changesOf(null, rule);
      await this.audit.record(em, ipRuleAdded, { target: textOf(network), changes });
      return rule;
    });
    await this.live.changed();
    return added;
  }

  /** @throws Problem `ip-rule-not-found`, `own-address`, `exceeds-your-permissions`, `unauthenticated` */
  async remove({ caller, address }: AdministratorAt, id: string): Promise<void> {
    await this.database.transaction(async (em) => {
      const revision = await nextRevision(em);
      await this.authority.admit(em, caller, writeIpRules);
      const rule = await this.require(em, id);
      const now = this.clock.now();
      if (address && rule.action === 'allow' && contains(placed(rule).network, address)) {
        const rest = (await findRulesAround(em, address, now)).filter((other) => other.id !== id);
        rest.map(placed).forEach((denied) => requireStayingIn(address, denied, rest.map(placed)));
      }
      const target = textOf(parseNetwork(rule.cidr));
      await this.audit.record(em, ipRuleRemoved, { target, changes: changesOf(rule, null) });
      const expiresAt = new Date(now.getTime() + REMOVAL_KEPT_MS);
      await removeRule(em, rule, { id: this.ids.next(now), revision, expiresAt });
    });
    await this.live.changed();
  }

  private async require(em: EntityManager, id: string): Promise<IpRule> {
    const rule = await findRule(em, id, this.clock.now());
    if (!rule) {
      throw ipRuleNotFound();
    }
    return rule;
  }
}

export function placed({ cidr, action, source, expiresAt }: IpRule): PlacedRule {
  return { network: parseNetwork(cidr), action, source, expiresAt: expiresAt ?? null };
}

function changesOf(from: IpRule | null, to: IpRule | null): AuditChanges {
  const valuesOf = (rule: IpRule | null) =>
    rule && { action: rule.action, source: rule.source, expiresAt: rule.expiresAt?.toISOString() ?? null };
  return { rule: { from: valuesOf(from), to: valuesOf(to) } };
}
