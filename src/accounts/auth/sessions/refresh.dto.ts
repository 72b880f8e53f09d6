import { StringField } from '#libs/api';

export class RefreshRequest {
  @StringField({ description: 'The latest `refreshToken` of the session.', minLength: 1, maxLength: 512 })
  refreshToken!: string;
}
