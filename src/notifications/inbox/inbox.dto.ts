import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { BooleanField, BooleanQuery, CursorPage, CursorQuery } from '#libs/api';
import type { InboxItem } from './inbox.service.js';

export class InboxQuery extends CursorQuery {
  @BooleanQuery({ description: 'Only notifications that are not read yet.', default: false })
  unread: boolean = false;

  @BooleanQuery({ description: 'The archived notifications instead of the others.', default: false })
  archived: boolean = false;
}

export class UpdateInboxNotificationRequest {
  @BooleanField({ description: 'Whether you have read it.', optional: true })
  read?: boolean;

  @BooleanField({ description: 'Whether it is archived, and so no longer in the list.', optional: true })
  archived?: boolean;
}

@ApiSchema({ name: 'InboxNotification' })
export class InboxNotificationResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({ type: String, example: 'order-shipped', description: 'The name of its template.' })
  template!: string;

  @ApiProperty({
    type: String,
    example: 'Order 4711 is on its way',
    description: 'The title, as plain text.',
  })
  title!: string;

  @ApiProperty({
    type: String,
    example: 'It will be there tomorrow.',
    description: 'The text, as plain text.',
  })
  body!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    example: 'https://parcels.example/4711',
    description: 'Where a click leads: an http or https URL.',
  })
  url!: string | null;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether you have read it.' })
  read!: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When you read it, in UTC.',
  })
  readAt!: string | null;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether it is archived.' })
  archived!: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it arrived, in UTC.' })
  createdAt!: string;
}

export class InboxList {
  @ApiProperty({ type: [InboxNotificationResponse], maxItems: 100 })
  items!: InboxNotificationResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export class UnreadCount {
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    example: 3,
    description: 'How many notifications are neither read nor archived.',
  })
  unread!: number;
}

export function toInboxResponse(item: InboxItem): InboxNotificationResponse {
  const { id, template, title, body, url, readAt, archivedAt, createdAt } = item;
  return {
    id,
    template,
    title,
    body,
    url,
    read: readAt !== null,
    readAt: readAt?.toISOString() ?? null,
    archived: archivedAt !== null,
    createdAt: createdAt.toISOString(),
  };
}
