import { EmailField } from '#libs/api';
import { PasswordField } from '../passwords/passwords.fields.js';

export class LoginRequest {
  @EmailField({ description: 'The email address of the account. Case-insensitive.' })
  email!: string;

  @PasswordField('The password of the account.')
  password!: string;
}
