import { create, fromJson, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import type { Metadata } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import { notificationsProto } from '#libs/contracts';
import { callerOf, GrpcController, invalidField, requireText, requireUuid } from '#libs/grpc';
import { IdempotencyStore } from '#libs/idempotency';
import { invalidMembersOf, type JsonObject } from '#libs/json';
import { invalidInput } from '#libs/problem';
import type { ChannelName } from '../templates/index.js';
import type { NotificationReport } from './notification-report.js';
import { CHANNEL_RULE, DATA_MAX_BYTES, TEMPLATE_MAX_LENGTH } from './notification-rules.js';
import type { NewNotification } from './notification-sender.js';
import { toNotificationMessage } from './notifications.grpc.dto.js';
import { sendNotifications } from './notifications.permissions.js';
import { NotificationsService } from './notifications.service.js';

const { GetNotificationResponseSchema, SendRequestSchema, SendResponseSchema } = notificationsProto;
const SERVICE = notificationsProto.NotificationsService.name;
const ROUTE = `${notificationsProto.NotificationsService.typeName}/Send`;
const KEY_MAX_LENGTH = 255;

/** The methods of `NotificationsService`. */
@GrpcController(sendNotifications)
export class NotificationsGrpcController {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly keys: IdempotencyStore,
  ) {}

  @GrpcMethod(SERVICE, 'Send')
  async send(
    request: notificationsProto.SendRequest,
    _metadata: Metadata,
    call: object,
  ): Promise<MessageInitShape<typeof SendResponseSchema>> {
    const sentBy = senderOf(call, request.sentBy);
    const given = notificationOf(request);
    const key = requireText(request.idempotencyKey, '/idempotency_key', KEY_MAX_LENGTH);
    const send = (): Promise<NotificationReport> => this.notifications.send(sentBy, given);
    if (key === '') {
      return { notification: toNotificationMessage(await send()) };
    }
    const id = this.keys.idOf(sentBy ?? 'service', ROUTE, key);
    const sent = await this.keys.once(id, toJson(SendRequestSchema, request), toStored, send);
    // A newer release may have stored it.
    return fromJson(SendResponseSchema, sent as JsonValue, { ignoreUnknownFields: true });
  }

  @GrpcMethod(SERVICE, 'GetNotification')
  async getNotification(
    { id, sentBy }: notificationsProto.GetNotificationRequest,
    _metadata: Metadata,
    call: object,
  ): Promise<MessageInitShape<typeof GetNotificationResponseSchema>> {
    const report = await this.notifications.get(requireUuid(id, '/id'), senderOf(call, sentBy));
    return { notification: toNotificationMessage(report) };
  }
}

/** A service may act for a user. An API key acts for its owner. */
function senderOf(call: object, sentBy: string): string | null {
  const caller = callerOf(call);
  if (caller === 'service') {
    return sentBy === '' ? null : requireUuid(sentBy, '/sent_by');
  }
  if (sentBy !== '') {
    throw invalidField('/sent_by', 'not-allowed', 'can only be set by a service');
  }
  return caller.userId;
}

function notificationOf({
  recipient,
  template,
  data,
  channels,
}: notificationsProto.SendRequest): NewNotification {
  if (template === '') {
    throw invalidField('/template', 'required', 'is required');
  }
  return {
    recipient: requireUuid(recipient, '/recipient'),
    template: requireText(template, '/template', TEMPLATE_MAX_LENGTH),
    data: requireData(data ?? {}),
    channels: channels.length === 0 ? undefined : requireChannels(channels),
  };
}

/** The depth first: what comes after it is recursive. */
function requireData(data: JsonObject): JsonObject {
  const errors = invalidMembersOf(data).map((error) => ({ ...error, pointer: `/data${error.pointer}` }));
  if (errors.length > 0) {
    throw invalidInput({ errors });
  }
  if (Buffer.byteLength(JSON.stringify(data)) > DATA_MAX_BYTES) {
    throw invalidField('/data', 'too-large', `must be at most ${DATA_MAX_BYTES} bytes of JSON`);
  }
  return data;
}

function requireChannels(channels: readonly string[]): ChannelName[] {
  if (new Set(channels).size < channels.length) {
    throw invalidField('/channels', 'array-unique', 'must not contain duplicates');
  }
  channels.forEach((channel, index) => {
    if (!CHANNEL_RULE.test(channel)) {
      throw invalidField(`/channels/${index}`, CHANNEL_RULE.code, CHANNEL_RULE.message);
    }
  });
  return channels as ChannelName[];
}

function toStored(report: NotificationReport): JsonValue {
  return toJson(
    SendResponseSchema,
    create(SendResponseSchema, { notification: toNotificationMessage(report) }),
  );
}
