import { create, fromJson, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import type { Metadata } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import { notificationsProto } from '#libs/contracts';
import { callerOf, GrpcController, invalidField, requireText, requireUuid } from '#libs/grpc';
import { IdempotencyStore } from '#libs/idempotency';
import type { NotificationReport } from './notification-report.js';
import { toNotificationMessage } from './notifications.grpc.dto.js';
import { notificationOf } from './notifications.grpc.input.js';
import { sendNotifications } from './notifications.permissions.js';
import { NotificationsService } from './notifications.service.js';

const {
  CancelNotificationResponseSchema,
  GetNotificationResponseSchema,
  SendRequestSchema,
  SendResponseSchema,
} = notificationsProto;
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

  @GrpcMethod(SERVICE, 'CancelNotification')
  async cancelNotification(
    { id, sentBy }: notificationsProto.CancelNotificationRequest,
    _metadata: Metadata,
    call: object,
  ): Promise<MessageInitShape<typeof CancelNotificationResponseSchema>> {
    const report = await this.notifications.cancel(requireUuid(id, '/id'), senderOf(call, sentBy));
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

function toStored(report: NotificationReport): JsonValue {
  return toJson(
    SendResponseSchema,
    create(SendResponseSchema, { notification: toNotificationMessage(report) }),
  );
}
