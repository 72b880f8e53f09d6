import { EmailField } from '#libs/api';

export class ResendVerification {
  @EmailField({ description: 'The email address to verify.' })
  email!: string;
}
