import { EmailField, StringField } from '#libs/api';
import { NewPasswordField } from '../passwords/passwords.fields.js';

export class ForgotPasswordRequest {
  @EmailField({ description: 'The email address of the account.' })
  email!: string;
}

export class ResetPasswordRequest {
  @StringField({ description: 'The token from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;

  @NewPasswordField()
  password!: string;
}
