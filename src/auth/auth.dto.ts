import { EmailField, StringField } from '#libs/http';
import { DisplayNameField, LocaleField, TimezoneField } from '../users/index.js';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from './passwords/password-policy.js';

export class Register {
  @EmailField({ description: 'Your email address. We send a verification link to it.' })
  email!: string;

  @StringField({
    description: '8 to 256 characters. The most common passwords are rejected.',
    example: 'seven brave otters',
    minLength: PASSWORD_MIN_LENGTH,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
  })
  password!: string;

  @DisplayNameField()
  displayName?: string | null;

  @LocaleField({ nullable: false })
  locale?: string;

  @TimezoneField({ nullable: false })
  timezone?: string;
}

export class Login {
  @EmailField({ description: 'The email address of the account. Not case-sensitive.' })
  email!: string;

  // Not the rules for new passwords: a wrong one is answered as such, whatever it looks like.
  @StringField({
    description: 'The password of the account.',
    example: 'seven brave otters',
    minLength: 1,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
  })
  password!: string;
}

export class Refresh {
  @StringField({ description: 'The latest `refreshToken` of the session.', minLength: 1, maxLength: 512 })
  refreshToken!: string;
}

export class VerifyEmail {
  @StringField({ description: 'The `token` from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;
}

export class ResendVerification {
  @EmailField({ description: 'The email address to verify.' })
  email!: string;
}
