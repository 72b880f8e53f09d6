import { EmailField, StringField } from '#libs/api';

export class VerifyEmail {
  @StringField({ description: 'The `token` from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;
}

export class ResendVerification {
  @EmailField({ description: 'The email address to verify.' })
  email!: string;
}
