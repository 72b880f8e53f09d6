/** IMF-fixdate, the only form of a date that senders may generate (RFC 9110, section 5.6.7). */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Seconds until we may try again (RFC 9110, section 10.2.3), at least 0. The receiver chooses it, so limit it.
 * @returns null if there is no such header or if it's malformed
 */
export function retryAfterSeconds(header: string | undefined, nowMillis: number): number | null {
  const value = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(value)) {
    return Number(value);
  }
  const at = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - nowMillis) / 1000));
}
