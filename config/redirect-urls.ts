import { parseList } from './parsers.js';
import { BadValue } from './reader.js';

/** Schemes that run or show something in the browser, instead of opening an application. */
const UNSAFE = /^(javascript|data|vbscript|file|blob|about|filesystem|view-source|ws|wss|ftp):/i;

/** Comma-separated URLs: exact ones, or a prefix that ends in `/*`. Also with the schemes of native apps. */
export function parseRedirectUrls(text: string): string[] {
  const urls = parseList(text);
  urls.forEach(requireRedirectUrl);
  return urls;
}

function requireRedirectUrl(text: string): void {
  const url = text.replace(/\/\*$/, '/');
  const problem = problemOf(url);
  if (problem !== undefined) {
    throw new BadValue(`must be a comma-separated list of URLs; "${text}" ${problem}`);
  }
}

function problemOf(text: string): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:/i.test(text) || !URL.canParse(text)) {
    return "isn't one";
  }
  const { protocol, host, hash, username, password } = new URL(text);
  if (UNSAFE.test(protocol)) {
    return 'has a scheme that is not possible';
  }
  if (text.includes('*')) {
    return 'contains a * that is not at the end of a path';
  }
  if (hash || username || password) {
    return 'contains credentials or a fragment';
  }
  return /^https?:$/.test(protocol) && host === '' ? "isn't one" : undefined;
}
