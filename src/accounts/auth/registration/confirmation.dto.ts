import { StringField } from '#libs/api';
import { PasswordField } from '../passwords/passwords.fields.js';

export class VerifyEmailRequest {
  @StringField({ description: 'The `token` from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;

  @PasswordField(
    'The password you registered with. Only needed with `REGISTRATION=verify-first`, in another browser than the one ' +
      'that registered.',
    { optional: true },
  )
  password?: string;
}
