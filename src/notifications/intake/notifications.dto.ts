import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { InstantField, ObjectField, StringField, UuidField } from '#libs/api';
import type { JsonObject } from '#libs/json';
import { SEND_OUTCOMES, type SendOutcomeKind } from '../channels/index.js';
import { MAX_PUSH_SUBSCRIPTIONS } from '../recipients/index.js';
import { type ChannelName, CHANNELS } from '../templates/index.js';
import {
  type DeliveryReport,
  MAX_ATTEMPTS,
  type NotificationReport,
  REPORTED_STATES,
  type ReportedState,
} from './notification-report.js';
import { ChannelsField } from './channels.field.js';
import { DATA_MAX_BYTES, TEMPLATE_MAX_LENGTH } from './notification-rules.js';

export class SendNotificationRequest {
  @UuidField({ description: 'The ID of the user to notify.' })
  recipient!: string;

  @StringField({
    description: 'The name of a published template. Built-in ones are only sent by the application.',
    example: 'order-shipped',
    minLength: 1,
    maxLength: TEMPLATE_MAX_LENGTH,
  })
  template!: string;

  @ObjectField({
    description: 'The values of the variables of the template.',
    example: { orderId: '4711', trackingUrl: 'https://parcels.example/4711' },
    maxBytes: DATA_MAX_BYTES,
    optional: true,
  })
  data?: JsonObject;

  @ChannelsField('the user')
  channels?: ChannelName[];

  @InstantField({
    description:
      'When to send it, at most a year ahead. Defaults to at once, as does a time in the past. What it says is decided now; ' +
      'who the recipient is, what their email address is and what they want to get, at that time.',
    example: '2026-12-24T08:00:00Z',
    optional: true,
  })
  sendAt?: string;
}

@ApiSchema({ name: 'NotificationAttempt' })
export class AttemptResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'smtp',
    description:
      'Through which provider: `smtp`, `smtp-fallback` if that could not be reached, `sms`, or the host of a push ' +
      'service. Null for attempts before this was recorded.',
  })
  provider!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the attempt began, in UTC.' })
  at!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 87,
    description: 'How long it took, in milliseconds.',
  })
  durationMs!: number;

  @ApiProperty({
    enum: SEND_OUTCOMES,
    description:
      '`sent` if the mail server accepted it, `refused` if it rejected it permanently. After `deferred`, `unreachable` and ' +
      '`unknown`, it is tried again. `unknown` means that the connection was lost before the server confirmed.',
  })
  outcome!: SendOutcomeKind;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '451 4.7.1 RCPT',
    description: 'Why it was not sent.',
  })
  reason!: string | null;
}

@ApiSchema({ name: 'NotificationDelivery' })
export class DeliveryResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, example: 'email', description: 'How the user is reached.' })
  channel!: string;

  @ApiProperty({
    enum: REPORTED_STATES,
    description:
      '`sent` once the mail server, gateway or push service has accepted it, or the notification is in the inbox. ' +
      '`delivered` if it was reported to have arrived, `failed` if it was refused, was too late, or bounced. ' +
      '`suppressed` if it must not be sent, such as to an email address that is not verified, or the recipient is no ' +
      'longer there, such as a browser that has unsubscribed.',
  })
  state!: ReportedState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was not, or not yet, sent.' })
  reason!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was sent, in UTC.',
  })
  sentAt!: string | null;

  @ApiProperty({
    type: [AttemptResponse],
    maxItems: MAX_ATTEMPTS,
    description: 'The attempts to send it, oldest first.',
  })
  attempts!: AttemptResponse[];
}

@ApiSchema({ name: 'Notification' })
export class NotificationResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'The ID of the user to notify.' })
  recipient!: string;

  @ApiProperty({ type: String, example: 'order-shipped', description: 'The name of the template.' })
  template!: string;

  @ApiProperty({
    enum: REPORTED_STATES,
    description: '`queued` until every channel is done, then `sent` if any channel reached the user.',
  })
  state!: ReportedState;

  @ApiProperty({
    type: [DeliveryResponse],
    maxItems: CHANNELS.length - 1 + MAX_PUSH_SUBSCRIPTIONS,
    description:
      'What became of it on each channel, and on `push` in each browser of the user. Empty until it is sent.',
  })
  deliveries!: DeliveryResponse[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it is sent, in UTC. Null for at once.',
  })
  sendAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was accepted, in UTC.' })
  createdAt!: string;
}

export function toNotificationResponse(report: NotificationReport): NotificationResponse {
  const { id, recipient, template, state, sendAt, deliveries, createdAt } = report;
  return {
    id,
    recipient,
    template,
    state,
    sendAt: sendAt?.toISOString() ?? null,
    deliveries: deliveries.map(toDeliveryResponse),
    createdAt: createdAt.toISOString(),
  };
}

function toDeliveryResponse(delivery: DeliveryReport): DeliveryResponse {
  const { id, channel, state, reason, sentAt, attempts } = delivery;
  return {
    id,
    channel,
    state,
    reason,
    sentAt: sentAt?.toISOString() ?? null,
    attempts: attempts.map(({ provider, at, durationMs, outcome, reason: why }) => ({
      provider,
      at: at.toISOString(),
      durationMs,
      outcome,
      reason: why,
    })),
  };
}
