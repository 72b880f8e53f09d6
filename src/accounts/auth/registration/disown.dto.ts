import { LinkTokenField } from '../email/email.fields.js';

export class DisownRequest {
  @LinkTokenField()
  token!: string;
}
