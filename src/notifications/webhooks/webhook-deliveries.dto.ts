import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, CursorQuery, EnumQuery, StringField, UuidField } from '#libs/api';
import { isEventType } from './webhooks.dto.js';
import type { WebhookDelivery, WebhookDeliveryState } from './webhook-delivery.entity.js';

const STATES = ['pending', 'paused', 'delivered', 'failed'] as const;
type PublicState = (typeof STATES)[number];

/** A run that is at it right now is nobody's business. */
const STORED: Readonly<Record<PublicState, readonly WebhookDeliveryState[]>> = {
  pending: ['pending', 'sending'],
  paused: ['held'],
  delivered: ['delivered'],
  failed: ['failed'],
};

export class DeliveryParams {
  @UuidField({ description: 'The ID of the webhook.' })
  id!: string;

  @UuidField({ description: 'The ID of the delivery.' })
  deliveryId!: string;
}

export class WebhookDeliveryQuery extends CursorQuery {
  @EnumQuery({ description: 'Only deliveries in this state.', values: STATES, example: 'failed' })
  state?: PublicState;

  @StringField({
    description: 'Only deliveries of events of this type.',
    example: 'user.registered',
    minLength: 1,
    maxLength: 64,
    optional: true,
    rule: {
      code: 'unknown-event',
      test: isEventType,
      message: 'must be a type of event',
    },
  })
  type?: string;
}

export class WebhookAttempt {
  @ApiProperty({ type: String, format: 'date-time', description: 'When the request was sent, in UTC.' })
  at!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 87,
    description: 'How long it took until the answer, or until it failed, in milliseconds.',
  })
  durationMs!: number;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    nullable: true,
    example: 503,
    description: 'The status that your server answered with. Null if it did not answer.',
  })
  status!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 200,
    example: null,
    description: 'Why there was no answer. Null if there was one.',
  })
  error!: string | null;
}

@ApiSchema({ name: 'WebhookDelivery' })
export class WebhookDeliveryResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'The ID of the event, sent as `webhook-id`.' })
  eventId!: string;

  @ApiProperty({
    type: String,
    maxLength: 64,
    example: 'user.registered',
    description: 'The type of the event.',
  })
  type!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'The ID of the user whom the event is about.' })
  subject!: string;

  @ApiProperty({
    enum: STATES,
    description:
      '`pending` until your server accepts it, or until it has failed for two days. `paused` while the webhook is paused ' +
      'or disabled.',
    example: 'delivered',
  })
  state!: PublicState;

  @ApiProperty({
    type: [WebhookAttempt],
    maxItems: 30,
    description: 'The latest attempts, oldest first.',
  })
  attempts!: WebhookAttempt[];

  @ApiProperty({
    type: String,
    maxLength: 16_384,
    description: 'The body that was or will be sent, byte for byte.',
    example: '{"id":"…","type":"user.registered","version":1,"occurredAt":"…","subject":"…","data":{}}',
  })
  body!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the delivery was created, in UTC.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was delivered, or failed for good, in UTC.',
  })
  endedAt!: string | null;
}

export class WebhookDeliveryList {
  @ApiProperty({ type: [WebhookDeliveryResponse], maxItems: 100 })
  items!: WebhookDeliveryResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function storedStates(state: PublicState | undefined): readonly WebhookDeliveryState[] | undefined {
  return state && STORED[state];
}

export function toDeliveryResponse(delivery: WebhookDelivery): WebhookDeliveryResponse {
  const { id, eventId, type, subject, attempts, body, createdAt, endedAt } = delivery;
  return {
    id,
    eventId,
    type,
    subject,
    state: STATES.find((state) => STORED[state].includes(delivery.state)) ?? 'pending',
    attempts: attempts.map(({ at, durationMs, status, error }) => ({ at, durationMs, status, error })),
    body,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}
