import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const API_KEY_PREFIX = 'gh_';
export type ApiKeyEnvironment = 'live' | 'test';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 190 bits. */
const RANDOM_LENGTH = 32;
/** Enough for 32 bits. */
const CHECKSUM_LENGTH = 6;
const FORM = /^(gh_(?:live|test)_[0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

/** A new key: a prefix that secret scanners find, random characters, and a checksum that tells keys from other text. */
export function newApiKey(environment: ApiKeyEnvironment): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () =>
    ALPHABET.charAt(randomInt(ALPHABET.length)),
  ).join('');
  const text = `${API_KEY_PREFIX}${environment}_${random}`;
  return text + checksumOf(text);
}

/** Whether the text could be one of our keys. Others need no look into the database. */
export function isApiKey(text: string): boolean {
  const [, key, checksum] = FORM.exec(text) ?? [];
  return key !== undefined && checksumOf(key) === checksum;
}

/** CRC-32 in base62, with leading zeros. */
function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit += 1) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}
