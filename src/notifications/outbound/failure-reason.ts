const REASONS: Readonly<Record<string, string>> = {
  ABORT_ERR: 'aborted',
  ECONNABORTED: 'connection closed',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'timed out',
  EADDRNOTAVAIL: 'network unreachable',
  EHOSTUNREACH: 'network unreachable',
  ENETUNREACH: 'network unreachable',
  EAI_AGAIN: 'name could not be looked up',
  ENODATA: 'name not found',
  ENOTFOUND: 'name not found',
  HPE_HEADER_OVERFLOW: 'the headers of the answer are too large',
};

/** Why a receiver couldn't be reached, without the error's message, which may contain names, addresses or the URL. */
export function failureReason(error: unknown): string {
  const code = codeOf(error);
  if (code.startsWith('HPE_') || code in REASONS) {
    return REASONS[code] ?? 'the answer is not valid HTTP';
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `TLS handshake failed: ${code}`;
  }
  // OpenSSL's own names for what's wrong with a certificate have no prefix, but several words.
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || (/_/.test(code) && !/^(ERR|EAI)_/.test(code))
    ? `certificate is not valid: ${code}`
    : `connection failed: ${code}`;
}

/** Reasons without a connection, so nothing has been sent. */
const NOT_CONNECTED = ['ECONNREFUSED', 'EHOSTUNREACH', 'EAI_AGAIN', 'ENOTFOUND'].map((code) => REASONS[code]);

/** Whether a failure with this reason says that the receiver certainly got nothing. */
export function wasNotReached(reason: string): boolean {
  return NOT_CONNECTED.includes(reason) || /^(certificate is not valid|TLS handshake failed): /.test(reason);
}

/** The code of an error, if it's one of the system's or of Node's, otherwise "unknown error". */
export function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : 'unknown error';
}
