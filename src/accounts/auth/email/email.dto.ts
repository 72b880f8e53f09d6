import { EmailField, StringField } from '#libs/api';

export class VerifyEmail {
  @StringField({ description: 'The `token` of the link in the mail.', minLength: 1, maxLength: 512 })
  token!: string;
}

export class ResendVerification {
  @EmailField({ description: 'The address to verify.' })
  email!: string;
}
