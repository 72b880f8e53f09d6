/** Bounds the entries of the index. Longer names are found by their beginning. */
const MAX_LENGTH = 255;

/**
 * The form in which names are compared, so that one is found by the very text that is shown: names and search terms
 * that only differ in case, in composition or in compatibility variants have the same key. PostgreSQL's `lower` depends
 * on the locale of the database, and only folds ASCII if that is C.
 *
 * This is the folding of NFKC_Casefold (Unicode, section 5.18 and UAX #44), made of what ECMAScript has. Turkish dotted
 * and dotless letters count as one, because the program doesn't know a name's language.
 */
export function searchKey(text: string): string {
  const folded = text
    .normalize('NFKD')
    // ẞ only becomes ss by way of ß.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    // The one lower case that depends on the letters around it.
    .replaceAll('ς', 'σ')
    // The lower case of İ.
    .replaceAll('i\u0307', 'i')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trimStart();
  // Counts code points, so that none is cut in half.
  return Array.from(folded.slice(0, 2 * MAX_LENGTH))
    .slice(0, MAX_LENGTH)
    .join('');
}
