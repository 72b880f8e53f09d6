/** Errors without a connection, so nothing has been sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether an error with this code says that there was no connection. */
export function wasNotConnected(code: unknown): boolean {
  return NOT_CONNECTED.has(String(code));
}
