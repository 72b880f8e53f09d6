import { domainToASCII } from 'node:url';

/**
 * Normalizes an address. Addresses are the same if they only differ in case, in Unicode composition, or in the form of
 * an internationalized domain name (RFC 5890).
 */
export function canonicalEmail(email: string): string {
  const text = email.normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@') + 1;
  // Lower-casing turns Σ into ς at the end of a word and into σ elsewhere. Domains keep both, as in IDNA 2008.
  const local = text.slice(0, at).replaceAll('ς', 'σ');
  return local + (domainToASCII(text.slice(at)) || text.slice(at));
}
