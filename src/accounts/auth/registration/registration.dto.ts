import { EmailField } from '#libs/api';
import { DisplayNameField, LocaleField, TimezoneField } from '../../users/http.js';
import { NewPasswordField } from '../passwords/passwords.fields.js';

export class RegisterRequest {
  @EmailField({ description: 'Your email address. We send a verification link to it.' })
  email!: string;

  @NewPasswordField()
  password!: string;

  @DisplayNameField()
  displayName?: string | null;

  @LocaleField({ nullable: false })
  locale?: string;

  @TimezoneField({ nullable: false })
  timezone?: string;
}
