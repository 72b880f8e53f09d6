import { Type } from 'class-transformer';
import { IsEmail, IsISO8601, IsObject, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import { defineMessage } from '#libs/messaging';
import { notifications } from './services.js';

/** The recipient, with everything needed to send a notification without querying accounts. */
export class NotificationTarget {
  @IsUUID('7') userId!: string;
  @IsEmail() email!: string;
  @IsOptional() @IsString() displayName!: string | null;
  @IsString() locale!: string;
}

/** Commands the notifications service to notify a person. The message's ID is the intent: one intent, one mail. */
export class SendNotification {
  /** The name of a template: see `defineTemplate`. */
  @IsString() template!: string;
  @ValidateNested() @Type(() => NotificationTarget) to!: NotificationTarget;
  /** Values for the template, such as a link. May contain secrets, so it's only decrypted to render the mail. */
  @IsObject() data!: Record<string, string>;
  /** After this instant, the notification is useless and no longer attempted. */
  @IsISO8601() expiresAt!: string;
}

export const sendNotification = defineMessage('send-notification', {
  data: SendNotification,
  to: [notifications],
});
