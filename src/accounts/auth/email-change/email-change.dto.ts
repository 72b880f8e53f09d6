import { EmailField } from '#libs/api';
import { LinkTokenField } from '../email/email.fields.js';

export class ChangeEmailRequest {
  @EmailField({ description: 'The new email address of your account.' })
  newEmail!: string;
}

export class EmailChangeLinkRequest {
  @LinkTokenField()
  token!: string;
}
