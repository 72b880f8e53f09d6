import { isLocale } from '#libs/text';
import { isHttpsUri } from './avatar-url.js';
import { isVisibleName } from './display-name.js';

/** A rule for a text, with the error if it doesn't hold. `message` follows the name of the field. */
export interface TextRule {
  readonly code: string;
  readonly test: (text: string) => boolean;
  readonly message: string;
}

export const NAME_RULE: TextRule = {
  code: 'invalid-name',
  test: isVisibleName,
  message: 'must be a visible name on one line, without control or invisible characters',
};

export const LOCALE_RULE: TextRule = {
  code: 'invalid-locale',
  test: isLocale,
  message: 'must be a BCP 47 language tag, such as de-AT',
};

export const TIMEZONE_MAX_LENGTH = 64;
export const TIMEZONE_RULE: TextRule = {
  code: 'invalid-timezone',
  test: isTimezone,
  message: 'must be an IANA time zone, such as Europe/Vienna',
};

export const AVATAR_URL_MAX_LENGTH = 2048;
export const AVATAR_URL_RULE: TextRule = {
  code: 'invalid-url',
  test: isHttpsUri,
  message: 'must be an https URL',
};

/** Whether `text` is an IANA time zone, such as `Europe/Vienna`. */
function isTimezone(text: string): boolean {
  // `DateTimeFormat` accepts offsets such as +01:00, but they have no daylight saving time.
  if (!/^[A-Za-z]/.test(text)) {
    return false;
  }
  try {
    Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
