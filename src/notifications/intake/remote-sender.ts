import { randomUUID } from 'node:crypto';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { JsonObject as ProtoObject } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { notificationsProto } from '#libs/contracts';
import type { GrpcPeer } from '#libs/grpc';
import { idempotentRequestRunning, type IdempotencyStore } from '#libs/idempotency';
import { unavailable } from '#libs/problem';
import type { NotificationReport } from './notification-report.js';
import { type NewNotification, NotificationSender } from './notification-sender.js';
import { toReport } from './notifications.grpc.dto.js';

const { method } = notificationsProto.NotificationsService;
/** Rendering a template and storing what it sends takes longer than a question. */
const SEND_DEADLINE_MS = 10_000;

/** Has the service in another process send notifications. */
export class RemoteSender extends NotificationSender implements OnApplicationShutdown {
  constructor(
    private readonly peer: GrpcPeer,
    private readonly keys: IdempotencyStore,
  ) {
    super();
  }

  /** @throws Problem also `unavailable` */
  override async send(sentBy: string | null, given: NewNotification): Promise<NotificationReport> {
    const { recipient, template, data, channels = [], sendAt } = given;
    // The call can be repeated, here and by a client that repeats its request with the same key.
    const ownKey = this.keys.currentId();
    const idempotencyKey = ownKey ?? randomUUID();
    try {
      const { notification } = await this.peer.call(
        method.send,
        {
          recipient,
          template,
          data: data as ProtoObject,
          channels: [...channels],
          idempotencyKey,
          sentBy: sentBy ?? '',
          ...(sendAt && { sendAt: timestampFromDate(sendAt) }),
        },
        SEND_DEADLINE_MS,
      );
      return required(notification);
    } catch (error) {
      // Who has sent no key can't know what that is about.
      throw idempotentRequestRunning.is(error) && ownKey === undefined
        ? unavailable({ headers: { 'Retry-After': '1' }, cause: error })
        : error;
    }
  }

  /** @throws Problem also `unavailable` */
  override async get(id: string, sentBy: string | null): Promise<NotificationReport> {
    const { notification } = await this.peer.call(method.getNotification, { id, sentBy: sentBy ?? '' });
    return required(notification);
  }

  /** @throws Problem also `unavailable` */
  override async cancel(id: string, sentBy: string | null): Promise<NotificationReport> {
    const { notification } = await this.peer.call(method.cancelNotification, { id, sentBy: sentBy ?? '' });
    return required(notification);
  }

  onApplicationShutdown(): void {
    this.peer.onApplicationShutdown();
  }
}

function required(notification: notificationsProto.Notification | undefined): NotificationReport {
  if (!notification) {
    throw new Error('the notifications service answered without a notification');
  }
  return toReport(notification);
}
