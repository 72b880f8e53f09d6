import { EmailField, StringField } from '#libs/api';
import { PASSWORD_MAX_LENGTH } from '../passwords/password-policy.js';

export class LoginRequest {
  @EmailField({ description: 'The email address of the account. Not case-sensitive.' })
  email!: string;

  // The rules for new passwords don't apply: a wrong password gets the same response, whatever it looks like.
  @StringField({
    description: 'The password of the account.',
    example: 'seven brave otters',
    minLength: 1,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
  })
  password!: string;
}
