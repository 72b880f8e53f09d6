import { EmailField } from '#libs/api';

export class ResendVerificationRequest {
  @EmailField({ description: 'The email address to verify.' })
  email!: string;
}
