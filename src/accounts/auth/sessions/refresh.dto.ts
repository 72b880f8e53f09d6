import { OptionalBody, StringField } from '#libs/api';

@OptionalBody()
export class RefreshRequest {
  @StringField({
    description: "The latest `refreshToken` of the session. Optional if it's in a cookie.",
    optional: true,
    minLength: 1,
    maxLength: 512,
  })
  refreshToken?: string;
}
