import { domainToASCII } from 'node:url';

/**
 * The address in the form that needs least of the server: the domain as its A-label (RFC 5890), which any server
 * understands. Only a non-ASCII local part has no ASCII form and needs SMTPUTF8 (RFC 6531).
 * @returns null if the domain has no A-label
 */
export function transportForm(address: string): { address: string; needsSmtpUtf8: boolean } | null {
  const at = address.lastIndexOf('@') + 1;
  const [local, domain] = [address.slice(0, at), address.slice(at)];
  const needsSmtpUtf8 = !isAscii(local);
  const ascii = isAscii(domain) ? domain : domainToASCII(domain);
  return ascii === '' ? null : { address: local + ascii, needsSmtpUtf8 };
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
