import { LinkTokenField } from '../email/email.fields.js';

export class UndoChangeRequest {
  @LinkTokenField()
  token!: string;
}
