import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Min,
  ValidateNested,
} from 'class-validator';

/** The services that own a schema and listen to messages. */
export const SERVICES = ['accounts', 'notifications'] as const;
export type Service = (typeof SERVICES)[number];

/** What other services may know of a user; `version` grows with every change, so that an old one is recognised. */
export class UserSnapshot {
  @IsInt() @Min(1) version!: number;
  @IsEmail() email!: string;
  @IsBoolean() emailVerified!: boolean;
  @IsOptional() @IsString() displayName!: string | null;
  @IsString() locale!: string;
  @IsString() timezone!: string;
}

/** The person a notification goes to: complete in itself, so that it can be sent before any event has arrived. */
export class NotificationTarget {
  @IsUUID('7') userId!: string;
  @IsEmail() email!: string;
  @IsOptional() @IsString() displayName!: string | null;
  @IsString() locale!: string;
}

/** The templates that the product itself sends. */
export const SYSTEM_TEMPLATES = ['verify-email', 'account-exists'] as const;
export type SystemTemplate = (typeof SYSTEM_TEMPLATES)[number];

/** The command to tell a person something. The message's id is the intent: one intent, one mail. */
export class SendNotification {
  @IsIn(SYSTEM_TEMPLATES) template!: SystemTemplate;
  @ValidateNested() @Type(() => NotificationTarget) to!: NotificationTarget;
  /** Values for the template, such as a link. May hold secrets: it never leaves its seal but in the mail. */
  @IsObject() data!: Record<string, string>;
  /** After this instant the mail would be of no use and is no longer tried. */
  @IsISO8601() expiresAt!: string;
}

/**
 * Every message that crosses from one service to another: the class that checks its data, and who hears it.
 * Events are in the past tense, commands in the imperative.
 */
export const MESSAGES = {
  'user.registered': { data: UserSnapshot, consumers: ['notifications'] },
  'user.updated': { data: UserSnapshot, consumers: ['notifications'] },
  'user.email-verified': { data: UserSnapshot, consumers: ['notifications'] },
  'send-notification': { data: SendNotification, consumers: ['notifications'] },
} as const satisfies Record<string, { data: new () => object; consumers: readonly Service[] }>;

export type MessageType = keyof typeof MESSAGES;
export type MessageData<T extends MessageType> = InstanceType<(typeof MESSAGES)[T]['data']>;

/** A message as it is written and read; `subject` is the id of what it is about. */
export interface Message<T extends MessageType = MessageType> {
  readonly id: string;
  readonly type: T;
  readonly subject: string;
  readonly occurredAt: Date;
  readonly data: MessageData<T>;
}

export function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(MESSAGES, type);
}
