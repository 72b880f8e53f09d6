import { EmailField } from '#libs/api';
import { LinkTokenField } from '../email/email.fields.js';
import { NewPasswordField } from '../passwords/passwords.fields.js';

export class ForgotPasswordRequest {
  @EmailField({ description: 'The email address of the account.' })
  email!: string;
}

export class ResetPasswordRequest {
  @LinkTokenField()
  token!: string;

  @NewPasswordField()
  password!: string;
}
