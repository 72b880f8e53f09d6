/**
 * Whether `text` is the one base64url encoding of its bytes (RFC 4648, sections 3.5 and 5). Decoders also accept
 * padding, the alphabet of plain base64 and stray bits at the end, so that one token would have many spellings.
 */
export function isCanonicalBase64Url(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
