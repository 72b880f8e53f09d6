import { domainToASCII } from 'node:url';

/** In characters (RFC 1035, section 2.3.4). */
export const DOMAIN_MAX_LENGTH = 253;

/** Whether `text` is a domain name, which may be an internationalized one. */
export function isDomain(text: string): boolean {
  return domainToASCII(text) !== '';
}
