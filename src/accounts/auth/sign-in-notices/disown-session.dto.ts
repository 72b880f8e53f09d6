import { LinkTokenField } from '../email/email.fields.js';

export class DisownSessionRequest {
  @LinkTokenField()
  token!: string;
}
