import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  Fails,
  Idempotent,
  IdParams,
  instantOf,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import type { NotificationReport } from './notification-report.js';
import { NotificationSender } from './notification-sender.js';
import {
  NotificationResponse,
  SendNotificationRequest,
  toNotificationResponse,
} from './notifications.dto.js';
import {
  notificationNotCancelable,
  notificationNotFound,
  notificationNotRendered,
} from './notifications.errors.js';
import { sendNotifications } from './notifications.permissions.js';
import { NotificationsTag } from './notifications.tag.js';

@NotificationsTag()
@Controller({ path: 'notifications', version: [...API_VERSIONS] })
export class NotificationsController {
  constructor(private readonly notifications: NotificationSender) {}

  @Post()
  @HttpCode(202)
  @Requires(sendNotifications)
  @ApiOperation({
    summary: 'Send a notification',
    description:
      'Sends a published template to a user. The notification in the app appears immediately; the email is sent in the ' +
      'background and retried for two days. With `sendAt`, both wait until then.',
  })
  @ApiAcceptedResponse({
    type: NotificationResponse,
    description: 'The notification is accepted.',
    headers: responseHeaders('Location'),
  })
  @Fails(notificationNotRendered)
  @Idempotent<NotificationReport>({
    status: 202,
    body: toNotificationResponse,
    headers: (report, request) => ({ location: locationOf(report, request) }),
  })
  async sendNotification(
    @Caller() { userId }: Principal,
    @Body() { recipient, template, data = {}, channels, sendAt }: SendNotificationRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NotificationResponse> {
    const given = { recipient, template, data, channels, sendAt: instantOf(sendAt) };
    const sent = await this.notifications.send(userId, given);
    void reply.header('location', locationOf(sent, request));
    return toNotificationResponse(sent);
  }

  @Get(':id')
  @Requires(sendNotifications)
  @ApiOperation({
    summary: 'Get a notification',
    description: 'Returns what became of a notification that you, or an API key of yours, sent.',
  })
  @ApiOkResponse({
    type: NotificationResponse,
    description: 'The notification with every attempt to send it.',
  })
  @Fails(notificationNotFound)
  async getNotification(
    @Caller() { userId }: Principal,
    @Param() { id }: IdParams,
  ): Promise<NotificationResponse> {
    return toNotificationResponse(await this.notifications.get(id, userId));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Requires(sendNotifications)
  @ApiOperation({
    summary: 'Cancel a notification',
    description:
      'Stops what has not been sent yet: a notification with a `sendAt`, or an email that waits. What was sent stays sent.',
  })
  @ApiOkResponse({ type: NotificationResponse, description: 'What became of the notification.' })
  @Fails(notificationNotFound, notificationNotCancelable)
  async cancelNotification(
    @Caller() { userId }: Principal,
    @Param() { id }: IdParams,
  ): Promise<NotificationResponse> {
    return toNotificationResponse(await this.notifications.cancel(id, userId));
  }
}

function locationOf({ id }: NotificationReport, { url }: FastifyRequest): string {
  return `${url.split('?', 1)[0]}/${id}`;
}
