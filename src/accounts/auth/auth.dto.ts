import { EmailField, StringField } from '#libs/api';
import { DisplayNameField, LocaleField, TimezoneField } from '../users/index.js';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from './passwords/password-policy.js';

export class Register {
  @EmailField({ description: 'Where the link to verify it is sent.' })
  email!: string;

  @StringField({
    description: '8 to 256 characters; the most common passwords are refused.',
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
  @EmailField({ description: 'The address of the account, without case.' })
  email!: string;

  // Not the rules for new passwords: a wrong one is answered as such, whatever it looks like.
  @StringField({
    description: 'The password.',
    example: 'seven brave otters',
    minLength: 1,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
  })
  password!: string;
}

export class Refresh {
  @StringField({ description: 'The `refreshToken` of the session.', minLength: 1, maxLength: 512 })
  refreshToken!: string;
}

export class VerifyEmail {
  @StringField({ description: 'The `token` of the link in the mail.', minLength: 1, maxLength: 512 })
  token!: string;
}

export class ResendVerification {
  @EmailField({ description: 'The address to verify.' })
  email!: string;
}
