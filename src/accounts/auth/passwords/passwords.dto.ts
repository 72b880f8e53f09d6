import { NewPasswordField, PasswordField } from './passwords.fields.js';

export class ChangePasswordRequest {
  @PasswordField("Your current password. Leave it out if you don't have one yet.", { optional: true })
  currentPassword?: string;

  @NewPasswordField()
  newPassword!: string;
}
