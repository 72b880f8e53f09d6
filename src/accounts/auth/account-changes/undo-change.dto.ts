import { StringField } from '#libs/api';

export class UndoChangeRequest {
  @StringField({ description: 'The `token` from the link in the email.', minLength: 1, maxLength: 512 })
  token!: string;
}
