import { Injectable } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { Database } from '#libs/database';
import { contains, type Network } from '#libs/networks';
import { AuditLog } from '../../audit/index.js';
import { RoleAuthority } from '../../auth/index.js';
import { findRulesAround, nextRevision, REMOVAL_KEPT_MS } from '../ip-rule.repository.js';
import { ipRuleListNotFound, tooManyIpRuleLists } from '../ip-rules.errors.js';
import { ipRuleListRemoved, ipRuleListReplaced } from '../ip-rules.events.js';
import { writeIpRules } from '../ip-rules.permissions.js';
import { type AdministratorAt, placed } from '../ip-rules.service.js';
import { LiveIpRules } from '../live-ip-rules.js';
import { requireStayingIn } from '../own-address.js';
import { addMissing, findLists, type IpRuleListSummary, removeOthers } from './ip-rule-lists.repository.js';

const MAX_LISTS = 20;

/** Lists of networks that others publish. All of their rules deny. */
@Injectable()
export class IpRuleListsService {
  constructor(
    private readonly database: Database,
    private readonly authority: RoleAuthority,
    private readonly audit: AuditLog,
    private readonly live: LiveIpRules,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** By name. */
  find(): Promise<IpRuleListSummary[]> {
    return this.database.run((em) => findLists(em));
  }

  /**
   * Makes the list consist of these networks, all at once. Those that it had before keep their rules.
   * @param networks by their spelling
   * @throws Problem `own-address`, `too-many-ip-rule-lists`, `exceeds-your-permissions`, `unauthenticated`
   */
  async replace(
    { caller, address }: AdministratorAt,
    name: string,
    networks: ReadonlyMap<string, Network>,
  ): Promise<IpRuleListSummary> {
    const stored = await this.database.transaction(async (em) => {
      const revision = await nextRevision(em);
      await this.authority.admit(em, caller, writeIpRules);
      const at = this.clock.now();
      const lists = await findLists(em);
      const earlier = lists.find((list) => list.name === name);
      if (!earlier && lists.length >= MAX_LISTS) {
        throw tooManyIpRuleLists();
      }
      if (address) {
        const around = (await findRulesAround(em, address, at)).map(placed);
        for (const network of networks.values()) {
          if (contains(network, address)) {
            const rule = { network, action: 'deny', source: name, expiresAt: null } as const;
            requireStayingIn(address, rule, around);
          }
        }
      }
      const change = { name, revision, at };
      const cidrs = [...networks.keys()];
      const removed = await removeOthers(em, change, cidrs, new Date(at.getTime() + REMOVAL_KEPT_MS));
      const listed = cidrs.map((cidr) => ({ id: this.ids.next(at), cidr }));
      const added = await addMissing(em, change, listed, caller.userId);
      if (added + removed > 0) {
        const changes = { networks: { from: earlier?.networks ?? 0, to: networks.size } };
        await this.audit.record(em, ipRuleListReplaced, { target: name, changes });
      }
      const changedAt = added > 0 ? at : (earlier?.changedAt ?? at);
      return { name, networks: networks.size, changedAt };
    });
    await this.live.changed();
    return stored;
  }

  /** @throws Problem `ip-rule-list-not-found`, `exceeds-your-permissions`, `unauthenticated` */
  async remove({ caller }: AdministratorAt, name: string): Promise<void> {
    await this.database.transaction(async (em) => {
      const revision = await nextRevision(em);
      await this.authority.admit(em, caller, writeIpRules);
      const at = this.clock.now();
      const forgottenAt = new Date(at.getTime() + REMOVAL_KEPT_MS);
      const removed = await removeOthers(em, { name, revision, at }, [], forgottenAt);
      if (removed === 0) {
        throw ipRuleListNotFound();
      }
      const changes = { networks: { from: removed, to: 0 } };
      await this.audit.record(em, ipRuleListRemoved, { target: name, changes });
    });
    await this.live.changed();
  }
}
