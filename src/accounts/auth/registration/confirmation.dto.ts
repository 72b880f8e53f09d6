import { StringField } from '#libs/api';
import { PASSWORD_MAX_LENGTH } from '../passwords/password-policy.js';

export class VerifyEmailRequest {
  @StringField({ description: 'The `token` from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;

  @StringField({
    description:
      'The password you registered with. Only needed with `REGISTRATION=verify-first`, in another browser than the one ' +
      'that registered.',
    minLength: 1,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
    optional: true,
  })
  password?: string;
}
