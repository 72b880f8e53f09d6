import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseNetwork } from '#libs/networks';
import type { IpRuleChange } from './ip-rule-changes.repository.js';
import type { IpRuleTable } from './ip-rule-table.js';

/** How many changes are made before requests get a turn. */
const AT_A_TIME = 1_000;

/** Makes these changes in memory, in their order. */
export async function applyChanges(table: IpRuleTable, changes: readonly IpRuleChange[]): Promise<void> {
  for (const [index, { cidr, source, action, expiresAt }] of changes.entries()) {
    const network = parseNetwork(cidr);
    if (action === null) {
      table.remove(network, source);
    } else {
      table.put(network, { action, source, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY });
    }
    if (index % AT_A_TIME === AT_A_TIME - 1) {
      await nextTurn();
    }
  }
}
