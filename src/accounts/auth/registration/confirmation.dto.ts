import { LinkTokenField } from '../email/email.fields.js';
import { PasswordField } from '../passwords/passwords.fields.js';

export class VerifyEmailRequest {
  @LinkTokenField()
  token!: string;

  @PasswordField(
    'The password you registered with. Only needed with `REGISTRATION=verify-first`, in a different browser ' +
      'from the one you registered in.',
    { optional: true },
  )
  password?: string;
}
