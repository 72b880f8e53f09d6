import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { BooleanField, CursorPage, EnumField, StringField, StringListField } from '#libs/api';
import { eventTypes } from '#libs/contracts';
import {
  statusOf,
  WEBHOOK_ORDERINGS,
  WEBHOOK_STATUSES,
  type WebhookOrdering,
  type WebhookStatus,
} from './webhook.entity.js';
import type { OpenWebhook, WebhookWithSecret } from './webhooks.service.js';

export const isEventType = (type: string): boolean => eventTypes().has(type);

const DESCRIPTION_MAX_LENGTH = 200;
const URL_MAX_LENGTH = 2_048;
const EVENT_TYPE_MAX_LENGTH = 64;

function UrlField(optional = false): PropertyDecorator {
  return StringField({
    description:
      'Where events are sent to: an `https` URL with a public address. `WEBHOOK_ALLOWED_NETWORKS` allows others.',
    example: 'https://acme.com/hooks/gatehouse',
    minLength: 1,
    maxLength: URL_MAX_LENGTH,
    format: 'uri',
    optional,
  });
}

function EventsField(optional = false): PropertyDecorator {
  return StringListField({
    description: `The types of events to send: ${[...eventTypes().keys()].map((type) => `\`${type}\``).join(', ')}.`,
    example: ['user.registered', 'user.deleted'],
    minItems: 1,
    maxItems: 100,
    maxLength: EVENT_TYPE_MAX_LENGTH,
    optional,
    rule: {
      code: 'unknown-event',
      test: isEventType,
      message: 'must be types of events',
    },
  });
}

function DescriptionField(): PropertyDecorator {
  return StringField({
    description: 'What the webhook is for.',
    example: 'Keeps the CRM up to date',
    maxLength: DESCRIPTION_MAX_LENGTH,
    optional: true,
    nullable: true,
  });
}

const ORDERING =
  '`subject`: events about the same subject are sent one after the other, in their order. One that fails holds back later ' +
  'ones about its subject, until it is delivered or given up. `none`: in any order, and faster.';

function OrderingField(): PropertyDecorator {
  return EnumField({ description: ORDERING, example: 'none', values: WEBHOOK_ORDERINGS, optional: true });
}

export class CreateWebhookRequest {
  @UrlField()
  url!: string;

  @EventsField()
  events!: string[];

  @DescriptionField()
  description?: string | null;

  @OrderingField()
  ordering?: WebhookOrdering;
}

export class UpdateWebhookRequest {
  @UrlField(true)
  url?: string;

  @EventsField(true)
  events?: string[];

  @DescriptionField()
  description?: string | null;

  @BooleanField({
    description: 'Whether events are sent. While it is `false`, new ones are not kept for later.',
    optional: true,
  })
  enabled?: boolean;

  @OrderingField()
  ordering?: WebhookOrdering;
}

@ApiSchema({ name: 'Webhook' })
export class WebhookResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    maxLength: URL_MAX_LENGTH,
    description: 'Where events are sent to.',
  })
  url!: string;

  @ApiProperty({
    type: [String],
    maxItems: 100,
    example: ['user.deleted', 'user.registered'],
    description: 'The types of events that are sent, sorted.',
  })
  events!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: DESCRIPTION_MAX_LENGTH,
    description: 'What the webhook is for.',
  })
  description!: string | null;

  @ApiProperty({ enum: WEBHOOK_ORDERINGS, description: ORDERING, example: 'none' })
  ordering!: WebhookOrdering;

  @ApiProperty({
    enum: WEBHOOK_STATUSES,
    description:
      '`paused` if all deliveries have failed for an hour. Events are kept, and sent as soon as a test, once a minute, ' +
      'succeeds. `disabled` by an administrator, or because the server answered 410 Gone.',
    example: 'active',
  })
  status!: WebhookStatus;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the webhook was created, in UTC.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When the webhook was last changed, in UTC.',
  })
  updatedAt!: string;
}

export class WebhookWithSecretResponse extends WebhookResponse {
  @ApiProperty({
    type: String,
    maxLength: 128,
    example: 'whsec_…',
    description:
      'The secret that signs what is sent, as Standard Webhooks defines it. It is shown only once.',
  })
  secret!: string;
}

export class WebhookList {
  @ApiProperty({ type: [WebhookResponse], maxItems: 100 })
  items!: WebhookResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toWebhookResponse({ webhook, url }: OpenWebhook): WebhookResponse {
  const { id, eventTypes: events, description, ordering, createdAt, updatedAt } = webhook;
  return {
    id,
    url,
    events: [...events],
    description: description ?? null,
    ordering,
    status: statusOf(webhook),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function toResponseWithSecret({ secret, ...opened }: WebhookWithSecret): WebhookWithSecretResponse {
  return { ...toWebhookResponse(opened), secret };
}
