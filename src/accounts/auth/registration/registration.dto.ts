import { EmailField, StringField } from '#libs/api';
import { DisplayNameField, LocaleField, TimezoneField } from '../../users/http.js';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '../passwords/password-policy.js';

export class RegisterRequest {
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
