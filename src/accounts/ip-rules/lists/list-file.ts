import { setImmediate as nextTurn } from 'node:timers/promises';
import { BadNetwork, type Network, parseNetwork, textOf } from '#libs/networks';
import type { InvalidMember } from '#libs/problem';
import { invalidIpRuleList } from '../ip-rules.errors.js';

const MAX_LINES = 100_000;
const MAX_ERRORS = 100;
/** How many lines are read before requests get a turn. */
const AT_A_TIME = 1_000;

/**
 * Reads a list as public ones are written: a network on each line, and comments after `#` or `;`.
 * @returns the networks by their spelling, each once
 * @throws Problem `invalid-ip-rule-list` with the first lines that can't be read, or if there's no network at all
 */
export async function readList(text: string): Promise<ReadonlyMap<string, Network>> {
  const lines = text.split(/\r?\n/);
  if (lines.length > MAX_LINES + 1) {
    throw invalidIpRuleList({ detail: `A list can have at most ${MAX_LINES.toLocaleString('en')} lines.` });
  }
  const networks = new Map<string, Network>();
  const errors: InvalidMember[] = [];
  for (const [index, line] of lines.entries()) {
    const cidr = (line.split(/[#;]/, 1)[0] ?? '').trim();
    const network = cidr === '' ? undefined : networkOf(cidr);
    if (typeof network === 'string') {
      errors.push({ pointer: `/${index}`, code: 'invalid-line', message: `(line ${index + 1}) ${network}` });
    } else if (network) {
      networks.set(textOf(network), network);
    }
    if (index % AT_A_TIME === AT_A_TIME - 1) {
      await nextTurn();
    }
  }
  if (errors.length > 0) {
    throw invalidIpRuleList({
      detail: `${errors.length} lines can't be read. Nothing was changed.`,
      errors: errors.slice(0, MAX_ERRORS),
    });
  }
  if (networks.size === 0) {
    // Such as after a failed download.
    throw invalidIpRuleList({ detail: 'There is no network in the list. To remove the list, delete it.' });
  }
  return networks;
}

/** @returns the network, or what's wrong with it */
function networkOf(cidr: string): Network | string {
  try {
    const network = parseNetwork(cidr);
    return network.prefix === 0 ? 'stands for every address' : network;
  } catch (error) {
    if (error instanceof BadNetwork) {
      return error.message;
    }
    throw error;
  }
}
