import { EmailField, StringField } from '#libs/api';

export class ChangeEmailRequest {
  @EmailField({ description: 'The address that your account gets.' })
  newEmail!: string;
}

export class EmailChangeLinkRequest {
  @StringField({ description: 'The `token` from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;
}
