import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Caller, Fails, Idempotent, IdParams, Requires, responseHeaders } from '#libs/api';
import type { Principal } from '#libs/permissions';
import {
  NotificationResponse,
  SendNotificationRequest,
  toNotificationResponse,
} from './notifications.dto.js';
import { notificationNotFound, notificationNotRendered } from './notifications.errors.js';
import { sendNotifications } from './notifications.permissions.js';
import { NotificationsService } from './notifications.service.js';
import { NotificationsTag } from './notifications.tag.js';

@NotificationsTag()
@Controller({ path: 'notifications', version: [...API_VERSIONS] })
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

  @Post()
  @HttpCode(202)
  @Requires(sendNotifications)
  @ApiOperation({
    summary: 'Send a notification',
    description:
      'Sends a published template to a user. The notification in the app appears immediately; the email is sent in the ' +
      'background and retried for two days.',
  })
  @ApiAcceptedResponse({
    type: NotificationResponse,
    description: 'The notification is accepted.',
    headers: responseHeaders('Location'),
  })
  @Fails(notificationNotRendered)
  @Idempotent()
  async sendNotification(
    @Caller() { userId }: Principal,
    @Body() { recipient, template, data = {}, channels }: SendNotificationRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NotificationResponse> {
    const sent = await this.notifications.send(userId, { recipient, template, data, channels });
    void reply.header('location', `${request.url.split('?', 1)[0]}/${sent.notification.id}`);
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
}
