/** Whose problem a refusal is. */
type Subject =
  /** The recipient's address or mailbox: this mail can't be delivered, but others can. */
  | 'recipient'
  /** This mail's size or content. */
  | 'message'
  /** Our address, login, reputation or mail server: no mail gets through until the operator fixes it. */
  | 'sender'
  /** Can't be told from the code. */
  | 'unclear';

/** A server's negative reply to an SMTP command. */
export interface Refusal {
  /** The command that was refused, as nodemailer names it. */
  readonly command: string;
  /** Whether the whole message had been sent, so that this reply is about its content, too. */
  readonly afterContent: boolean;
  /** The reply code (RFC 5321, section 4.2). */
  readonly reply: number;
  /** The enhanced status code (RFC 3463), such as 5.1.1. */
  readonly enhanced: string | undefined;
}

/** `refused` is for good. The others are retried, and `unreachable` alerts the operator. */
type RefusalKind = 'refused' | 'deferred' | 'unreachable';

/**
 * What enhanced status codes are about (RFC 3463, RFC 5248 and the registry that it established): first by subject and
 * detail, then by subject. Anything else is unclear.
 */
const BY_ENHANCED_CODE: Readonly<Record<string, Subject>> = {
  // X.1: addresses, usually the recipient's.
  '1': 'recipient',
  // "Other address status". Postfix reports an unlisted sender this way, and does so at RCPT TO.
  '1.0': 'unclear',
  '1.5': 'unclear',
  '1.7': 'sender',
  '1.8': 'sender',
  // X.2: the recipient's mailbox is disabled, full, or a list that can't be expanded.
  '2': 'recipient',
  '2.3': 'message',
  // X.3: the mail system that we submit to is full, out of service or misconfigured.
  '3': 'sender',
  '3.3': 'unclear',
  '3.4': 'message',
  '3.6': 'unclear',
  // X.4: routing. The domain may not exist, but the server's DNS or network may also be down.
  '4': 'unclear',
  // X.5: protocol. Servers report bad addresses this way, but also host names they don't like in EHLO.
  '5': 'unclear',
  // X.6: the content can't be converted or, X.6.7, the address needs SMTPUTF8 (RFC 6531).
  '6': 'message',
  // X.7: security and policy. We may not send, relay or use this sender; SPF, DKIM, reverse DNS; a blocklist.
  '7': 'sender',
  '7.2': 'recipient',
  // The mailbox or the domain has a new owner (RFC 7293).
  '7.17': 'recipient',
  '7.18': 'recipient',
};

/**
 * What replies without an enhanced code are about. RFC 5321, section 4.3.2, lists the replies that each command can
 * have; those that it doesn't list are unclear.
 */
const BY_REPLY: Readonly<Record<string, Readonly<Record<number, Subject>>>> = {
  'RCPT TO': {
    // The only argument is the address.
    501: 'recipient',
    550: 'recipient',
    551: 'recipient',
    // 552 is missing, because some servers send it instead of 452 (RFC 5321, section 4.5.3.1.10).
    553: 'recipient',
    // The domain doesn't accept any mail (RFC 7504).
    556: 'recipient',
  },
  content: { 550: 'message', 552: 'message', 554: 'message' },
};

/**
 * Replies to any command about our login (RFC 4954, section 6), or from a host that doesn't accept mail (RFC 7504). They
 * take precedence over the enhanced code.
 */
const ABOUT_THE_SESSION = new Set([521, 530, 534, 535, 538]);

/**
 * Decides by command and code whether a mail is lost, because the reply code alone doesn't say who is to blame: 550
 * is the reply to an unknown recipient and to a blocked sender. If in doubt, we retry.
 */
export function kindOfRefusal(refusal: Refusal): RefusalKind {
  switch (subjectOf(refusal)) {
    case 'sender':
      // A temporary reply to a recipient is usually greylisting, which no operator has to fix.
      return refusal.command === 'MAIL FROM' || isPermanent(refusal) ? 'unreachable' : 'deferred';
    case 'recipient':
    case 'message':
      return isPermanent(refusal) ? 'refused' : 'deferred';
    case 'unclear':
      return 'deferred';
  }
}

/**
 * The enhanced status code that follows the reply code (RFC 2034, section 4), or that qmail appends as (#5.7.1).
 */
export function enhancedCodeIn(response: unknown): string | undefined {
  const [, leading, appended] =
    /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?!\S)|\(#([245]\.\d{1,3}\.\d{1,3})\)/.exec(String(response)) ?? [];
  return leading ?? appended;
}

function subjectOf({ command, afterContent, reply, enhanced }: Refusal): Subject {
  if (ABOUT_THE_SESSION.has(reply)) {
    return 'sender';
  }
  if (afterContent && isUnspecificPolicy(enhanced)) {
    return 'unclear';
  }
  const [, subject, detail] = enhanced?.split('.') ?? [];
  const coded =
    subject === undefined || subject === '0'
      ? BY_REPLY[afterContent ? 'content' : command]?.[reply]
      : (BY_ENHANCED_CODE[`${subject}.${detail}`] ?? BY_ENHANCED_CODE[subject]);
  if (command === 'MAIL FROM') {
    // The server doesn't know the recipient yet, so only the announced size and SMTPUTF8 can be the mail's fault.
    return coded === 'message' ? 'message' : 'sender';
  }
  return coded ?? 'unclear';
}

/**
 * Spam filters reply to the content with X.7.1, or X.7.0, as others do to a host that they have blocked. If every such mail
 * counted against the server, one bad template would go on to the fallback, and cost us the reputation of both. What's
 * about our authentication has codes of its own (RFC 7372).
 */
function isUnspecificPolicy(enhanced: string | undefined): boolean {
  return /^\d\.7\.[01]$/.test(enhanced ?? '');
}

/** Both codes must be permanent. A server that contradicts itself may accept the mail later. */
function isPermanent({ reply, enhanced = '5' }: Refusal): boolean {
  return reply >= 500 && reply < 600 && enhanced.startsWith('5');
}
