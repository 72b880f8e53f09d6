import { compile } from 'html-to-text';
import { type EmailSource, htmlEngine, ParsedSource, textEngine } from './liquid.js';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

interface ParsedEmail {
  readonly subject: ParsedSource;
  readonly html: ParsedSource;
  readonly text: ParsedSource | null;
}

/** Mail servers accept lines of 998 characters (RFC 5322, section 2.1.1), but nobody reads that. */
const MAX_SUBJECT = 1_000;

const parsed = new WeakMap<EmailSource, ParsedEmail>();

/** @throws Error if a source is invalid, a variable is missing, a limit is reached or the subject is empty */
export function renderEmail(source: EmailSource, values: object): RenderedMail {
  const parts = parsedOf(source);
  const subject = oneLine(parts.subject.render(values, MAX_SUBJECT));
  if (subject === '') {
    throw new RangeError('the subject is empty');
  }
  const html = withoutScripts(parts.html.render(values));
  return { subject, html, text: parts.text ? parts.text.render(values) : textOf(html) };
}

/** Parsing takes longer than rendering, so each source is parsed once. */
function parsedOf(source: EmailSource): ParsedEmail {
  const known = parsed.get(source);
  if (known) {
    return known;
  }
  const { subject, html, text } = source;
  const email = {
    subject: ParsedSource.of(textEngine, subject),
    html: ParsedSource.of(htmlEngine, html),
    text: text === null ? null : ParsedSource.of(textEngine, text),
  };
  parsed.set(source, email);
  return email;
}

/** Without what breaks the line, controls a terminal, or reorders the text around it. */
export function oneLine(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

const URL_ATTRIBUTE = /(\s(?:href|src|action|background|formaction)\s*=\s*["']?)([^"'<>]*)/gi;

/** A value may have become a URL that runs a script. Mail clients don't run them, but pages that show emails might. */
function withoutScripts(html: string): string {
  return html.replace(URL_ATTRIBUTE, (whole, start: string, url: string) =>
    // Browsers ignore such characters in a scheme.
    /^(?:java|vb)script:/i.test(url.replace(/[\p{Cc}\s]/gu, '')) ? `${start}#` : whole,
  );
}

/** Compiled once: that takes longer than converting an email. */
const convert = compile({
  wordwrap: false,
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'div[style*="display:none"]', format: 'skip' },
    { selector: 'div[style*="display: none"]', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
    ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** What people read who don't see HTML: links follow their text, and what is hidden is left out. */
function textOf(html: string): string {
  return `${convert(html)
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
