import { EmailField, StringField } from '#libs/api';
import { PASSWORD_MAX_LENGTH } from './password-policy.js';

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
