import type { SendOutcome } from '../channel.js';
import { isHardBounce } from '../../suppressions/index.js';
import { wasNotConnected } from '../not-connected.js';
import { enhancedCodeIn, kindOfRefusal } from './refusal.js';

/** The properties of nodemailer's errors that distinguish outcomes. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly command?: unknown;
}

/** Replies to the commands that send a mail. All other errors are about the connection or login. */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE']);

/** The reason omits the server's text, because it may contain addresses. */
export function outcomeOfError(error: unknown): SendOutcome {
  const { code, originalCode, responseCode, response, command } = error as SmtpError;
  const reply = typeof responseCode === 'number' ? responseCode : undefined;
  const enhanced = enhancedCodeIn(response);
  const reason = [reply, enhanced, command, originalCode ?? code ?? 'unknown error']
    .filter((part) => part !== undefined && part !== false)
    .join(' ');
  if (!ABOUT_THE_MAIL.has(String(code))) {
    const wasNotSent =
      reply !== undefined || wasNotConnected(originalCode ?? code) || isBeforeSending(String(code));
    return { kind: wasNotSent ? 'unreachable' : 'unknown', reason };
  }
  if (reply === undefined) {
    // `API` is an address that nodemailer rejects before sending anything.
    return { kind: command === 'API' ? 'refused' : 'unknown', reason };
  }
  const afterContent = code === 'EMESSAGE';
  const kind = kindOfRefusal({ command: String(command), afterContent, reply, enhanced });
  return {
    kind,
    reason,
    ...(kind === 'refused' && enhanced !== undefined && isHardBounce(enhanced) && { hardBounce: enhanced }),
  };
}

function isBeforeSending(code: string): boolean {
  return ['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EOAUTH2', 'EPROXY'].includes(code);
}
