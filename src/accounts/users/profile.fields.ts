import { BooleanField, StringField } from '#libs/api';
import { isHttpsUri, toUri } from './avatar-url.js';
import { isVisibleName, NAME_MAX_GRAPHEMES, NAME_MAX_LENGTH, trimName } from './display-name.js';
import { isLocale, isTimezone } from './profile-rules.js';

/** Profile fields, for every input that has them. Nullable if null has a meaning (RFC 7396). */
interface Presence {
  readonly nullable: boolean;
}

/** How names are stored, and which can be shown. */
export const VISIBLE_NAME = {
  convert: trimName,
  rule: {
    code: 'invalid-name',
    test: isVisibleName,
    message: 'must be a visible name on one line, without control or invisible characters',
  },
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
    maxLength: 35,
    optional: true,
    nullable,
    rule: { code: 'invalid-locale', test: isLocale, message: 'must be a BCP 47 language tag, such as de-AT' },
  });
}

export function TimezoneField({ nullable }: Presence): PropertyDecorator {
  return StringField({
    description: `The time zone, as an IANA name.${nullable ? ' Null resets it to `UTC`.' : ''}`,
    example: 'Europe/Vienna',
    maxLength: 64,
    optional: true,
    nullable,
    rule: {
      code: 'invalid-timezone',
      test: isTimezone,
      message: 'must be an IANA time zone, such as Europe/Vienna',
    },
  });
}

export function AvatarUrlField(): PropertyDecorator {
  return StringField({
    description:
      'The https URL of a profile picture. Stored as an RFC 3986 URI, with other characters percent-encoded.',
    example: 'https://acme.com/ada.png',
    format: 'uri',
    maxLength: 2048,
    optional: true,
    nullable: true,
    convert: toUri,
    rule: { code: 'invalid-url', test: isHttpsUri, message: 'must be an https URL' },
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
