/**
 * Enhanced status codes (RFC 3463) that mean that an address doesn't exist or its mailbox is closed: unknown mailbox,
 * unknown domain, bad syntax, moved, null MX (RFC 7505), disabled. Others, such as a full mailbox, say nothing about the
 * next email.
 */
const HARD = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1']);

/** Whether emails to an address are pointless after a refusal with this enhanced status code. */
export function isHardBounce(status: string | null | undefined): boolean {
  return typeof status === 'string' && HARD.has(status);
}
