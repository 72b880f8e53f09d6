import type { SendOutcome } from './channel.js';

/**
 * What an answer of an HTTP service means (RFC 9110, section 15). Its own words are left out, because they could contain
 * whom the message is for.
 * @param kindOf what statuses mean that depend on the service
 */
export function outcomeOfStatus(
  status: number,
  kindOf: (status: number) => 'refused' | 'unreachable',
): SendOutcome {
  if (status >= 200 && status < 300) {
    return { kind: 'sent' };
  }
  return { kind: COMMON.get(status) ?? kindOf(status), reason: String(status) };
}

const COMMON: ReadonlyMap<number, Exclude<SendOutcome['kind'], 'sent'>> = new Map([
  [408, 'deferred'],
  [425, 'deferred'],
  [429, 'deferred'],
  // The service may have accepted it.
  [500, 'unknown'],
  [502, 'unknown'],
  [504, 'unknown'],
]);
