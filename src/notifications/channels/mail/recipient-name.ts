import { firstGraphemes } from '#libs/text';

const MAX_GRAPHEMES = 64;

/** What ends a label in a domain name, to browsers and to people (UTS #46). NFKC maps most of them to a dot. */
const DOTS = /[.\u3002]/g;
/** Default-ignorable characters are invisible. They would hide a link from us, but not from whoever reads the mail. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Everything that breaks the line or reorders it. Joiners, marks of direction and the tags in flags stay. */
const CONTROLS =
  /(?:(?!\u200c|\u200d|[\u061c\u180e\u200e\u200f\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu;

const LINK_OR_ADDRESS = new RegExp(
  [
    // Paths, addresses and markup.
    String.raw`[@/\\<>]`,
    String.raw`www\.`,
    // A host name in any script, such as evil.example and выигрыш.рф. "St. Ada" and "J.R.R." aren't.
    String.raw`\.[\p{L}\p{M}\p{N}_]{2,}`,
    String.raw`\d{1,3}(?:\.\d{1,3}){3}`,
    // An encoded word. Many mail clients decode it even where it isn't allowed (RFC 2047, section 5, rule 3).
    String.raw`=\?`,
  ].join('|'),
  'iu',
);

/**
 * The name to use in the To header. Anyone can register someone else's address under any name, so names that contain a
 * link or an address are dropped: our mail would carry someone else's ads or phishing. Line breaks are removed, because
 * they would start a new header (CWE-93).
 */
export function displayName(name: string | null): string {
  if (name === null || looksLikeLink(name)) {
    return '';
  }
  return firstGraphemes(name.replace(CONTROLS, ' ').trim(), MAX_GRAPHEMES).trimEnd();
}

/** Compares the compatibility form, in which full-width letters, dots and slashes are ordinary ones. */
function looksLikeLink(text: string): boolean {
  const plain = text.replace(INVISIBLE, '').normalize('NFKC').replace(DOTS, '.');
  return LINK_OR_ADDRESS.test(plain);
}
