import { domainToASCII } from 'node:url';
import { BadValue } from './reader.js';

/** Who mail comes from. The name may be empty. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** `Name <address>`, with a name that may be quoted, or the address alone. */
const MAILBOX = /^(?:(?<name>[^<>]*)<(?<bracketed>[^<>]+)>|(?<bare>[^<>]+))$/;
const QUOTED = /^"(?<content>(?:[^"\\]|\\.)*)"$/;
/** RFC 5321, section 4.1.2. ASCII only, because servers without SMTPUTF8 would reject all of our mail. */
const DOT_STRING = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
/** Short names are allowed, because a private mail server may resolve them. */
const DOMAIN = /^(?:[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*|\[[a-z\d.:]+\])$/i;

/**
 * Takes the name and the address apart, so that nothing in the name can be mistaken for syntax: `Acme: Accounts` would
 * start a group (RFC 5322, section 3.4).
 */
export function parseMailFrom(text: string): Mailbox {
  const { name = '', bracketed, bare = '' } = MAILBOX.exec(text)?.groups ?? {};
  return { name: parseName(name.trim()), address: parseAddress((bracketed ?? bare).trim()) };
}

function parseName(text: string): string {
  const content = QUOTED.exec(text)?.groups?.['content'];
  const name = content === undefined ? text : content.replace(/\\(.)/g, '$1').trim();
  if (content === undefined && text.startsWith('"')) {
    throw new BadValue('must have a closing quote after the name');
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]|=\?/u.test(name)) {
    throw new BadValue('must have a name in plain text, without line breaks or encoded words');
  }
  return name;
}

function parseAddress(text: string): string {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = text.slice(at + 1);
  // Servers without SMTPUTF8 only accept the ASCII form of a domain.
  const ascii = /^[\x20-\x7e]*$/.test(domain) ? domain : domainToASCII(domain);
  if (!DOT_STRING.test(local) || !DOMAIN.test(ascii)) {
    throw new BadValue('must be an email address, or Name <address>');
  }
  return `${local}@${ascii}`;
}
