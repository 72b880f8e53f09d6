import type { SendOutcome } from '../channel.js';

/** The members of nodemailer's errors that tell outcomes apart. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
}

/** Nothing has been sent when no connection came about. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/** Replies about the message or its recipient; those about the connection or the login are the operator's to mend. */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE']);
/** Authentication is missing or broken (RFC 4954, section 6), told in answer to MAIL FROM. */
const ABOUT_THE_LOGIN = new Set([530, 534, 535, 538]);
/** Wrong order of commands: about this connection, and another one may do (RFC 5321, section 4.2.2). */
const BAD_SEQUENCE = 503;

/** Server texts are left out of the reason, since they quote addresses. */
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
    reply !== undefined || NEVER_CONNECTED.has(String(originalCode ?? code)) || isBeforeMail(String(code));
  if (!isKnown) {
    return { kind: 'unknown', reason };
  }
  return { kind: isAboutTheMail ? 'deferred' : 'unreachable', reason };
}

/** 5yz (RFC 5321, section 4.2.1), or an address that nodemailer refuses to put into a command. */
function isPermanent(reply: number | undefined, command: unknown): boolean {
  if (reply === undefined) {
    return command === 'API';
  }
  return reply >= 500 && reply < 600 && reply !== BAD_SEQUENCE;
}

function isBeforeMail(code: string): boolean {
  return ['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EOAUTH2', 'EPROXY'].includes(code);
}
