import { BooleanField, StringField } from '#libs/api';
import { LOCALE_MAX_LENGTH } from '#libs/text';
import { toUri } from './avatar-url.js';
import { NAME_MAX_GRAPHEMES, NAME_MAX_LENGTH, trimName } from './display-name.js';
import {
  AVATAR_URL_MAX_LENGTH,
  AVATAR_URL_RULE,
  LOCALE_RULE,
  NAME_RULE,
  TIMEZONE_MAX_LENGTH,
  TIMEZONE_RULE,
} from './profile-rules.js';

/** Profile fields, for every input that has them. Nullable if null has a meaning (RFC 7396). */
interface Presence {
  readonly nullable: boolean;
}

/** How names are stored, and which can be shown. */
export const VISIBLE_NAME = {
  convert: trimName,
  rule: NAME_RULE,
};

export function DisplayNameField(): PropertyDecorator {
  return StringField({
    description:
      `The name to display. At most ${NAME_MAX_GRAPHEMES} characters. An accented letter or an emoji counts ` +
      'as one character.',
    example: 'Ada',
    minLength: 1,
    maxLength: NAME_MAX_LENGTH,
    maxGraphemes: NAME_MAX_GRAPHEMES,
    optional: true,
    nullable: true,
    ...VISIBLE_NAME,
  });
}

export function LocaleField({ nullable }: Presence): PropertyDecorator {
  return StringField({
    description: `The language of emails, as a BCP 47 tag.${nullable ? ' Null resets it to `en`.' : ''}`,
    example: 'de-AT',
    maxLength: LOCALE_MAX_LENGTH,
    optional: true,
    nullable,
    rule: LOCALE_RULE,
  });
}

export function TimezoneField({ nullable }: Presence): PropertyDecorator {
  return StringField({
    description: `The time zone, as an IANA name.${nullable ? ' Null resets it to `UTC`.' : ''}`,
    example: 'Europe/Vienna',
    maxLength: TIMEZONE_MAX_LENGTH,
    optional: true,
    nullable,
    rule: TIMEZONE_RULE,
  });
}

export function AvatarUrlField(): PropertyDecorator {
  return StringField({
    description:
      'The https URL of a profile picture. Stored as an RFC 3986 URI, with other characters percent-encoded.',
    example: 'https://acme.com/ada.png',
    format: 'uri',
    maxLength: AVATAR_URL_MAX_LENGTH,
    optional: true,
    nullable: true,
    convert: toUri,
    rule: AVATAR_URL_RULE,
  });
}

export function SignInNotificationsField(): PropertyDecorator {
  return BooleanField({
    description: 'Whether to email the user about sign-ins on new devices. Null resets it to true.',
    example: true,
    optional: true,
    nullable: true,
  });
}
