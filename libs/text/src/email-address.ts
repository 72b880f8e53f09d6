import { isEmail } from 'class-validator';

/** The maximum length of an address (RFC 5321, section 4.5.3.1.3, without the angle brackets). */
export const EMAIL_MAX_LENGTH = 254;

/**
 * Whether `text` is an email address that mail servers accept. The part before the @ may be any text (RFC 6531). Quoted
 * parts and invisible characters are valid in the standard's grammar, but mail servers reject them.
 */
export function isEmailAddress(text: string): boolean {
  return (
    text.length <= EMAIL_MAX_LENGTH &&
    isEmail(text, { allow_utf8_local_part: true }) &&
    /^[^"\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]*$/u.test(text)
  );
}
