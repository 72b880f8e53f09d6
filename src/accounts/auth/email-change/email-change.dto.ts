import { EmailField } from '#libs/api';
import { LinkTokenField } from '../email/email.fields.js';

export class ChangeEmailRequest {
  @EmailField({ description: 'The address that your account gets.' })
  newEmail!: string;
}

export class EmailChangeLinkRequest {
  @LinkTokenField()
  token!: string;
}
