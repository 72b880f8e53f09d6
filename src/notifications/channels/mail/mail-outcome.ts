import type { SendOutcome } from '../channel.js';

/** The properties of nodemailer's errors that distinguish outcomes. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
}

/** Errors without a connection, so nothing has been sent. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/**
 * Errors about the message or its recipient. All others, about the connection or login, need to be fixed by the
 * operator.
 */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE']);
/** Authentication is missing or has failed (RFC 4954, section 6). Sent in reply to MAIL FROM. */
const ABOUT_THE_LOGIN = new Set([530, 534, 535, 538]);
/** Bad sequence of commands: concerns this connection, so another one may work (RFC 5321, section 4.2.2). */
const BAD_SEQUENCE = 503;

/** The reason omits the server's text, because it may contain addresses. */
export function outcomeOfError(error: unknown): SendOutcome {
  const { code, originalCode, responseCode, command } = error as SmtpError;
  const reply = typeof responseCode === 'number' ? responseCode : undefined;
  const reason = [reply, command, originalCode ?? code ?? 'unknown error']
    .filter((part) => part !== undefined && part !== false)
    .join(' ');
  const isAboutTheMail = ABOUT_THE_MAIL.has(String(code)) && !ABOUT_THE_LOGIN.has(reply ?? 0);
  if (isAboutTheMail && isPermanent(reply, command)) {
    return { kind: 'refused', reason };
  }
  const isKnown =
    reply !== undefined || NEVER_CONNECTED.has(String(originalCode ?? code)) || isBeforeSending(String(code));
  if (!isKnown) {
    return { kind: 'unknown', reason };
  }
  return { kind: isAboutTheMail ? 'deferred' : 'unreachable', reason };
}

/** A 5yz reply (RFC 5321, section 4.2.1), or an address that nodemailer rejects before sending. */
function isPermanent(reply: number | undefined, command: unknown): boolean {
  if (reply === undefined) {
    return command === 'API';
  }
  return reply >= 500 && reply < 600 && reply !== BAD_SEQUENCE;
}

function isBeforeSending(code: string): boolean {
  return ['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EOAUTH2', 'EPROXY'].includes(code);
}
