import { EmailField, StringField } from '#libs/api';
import { DisplayNameField, LocaleField, TimezoneField } from '../../users/http.js';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '../passwords/password-policy.js';

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
