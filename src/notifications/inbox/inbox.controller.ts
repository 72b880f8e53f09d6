import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  Cursors,
  Fails,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import {
  InboxList,
  InboxNotificationResponse,
  InboxQuery,
  toInboxResponse,
  UnreadCount,
  UpdateInboxNotificationRequest,
} from './inbox.dto.js';
import { inboxNotificationNotFound } from './inbox.errors.js';
import { InboxService } from './inbox.service.js';
import { InboxTag } from './inbox.tag.js';

@InboxTag()
@Requires()
@Controller({ path: 'users/me/notifications', version: [...API_VERSIONS] })
export class InboxController {
  constructor(
    private readonly inbox: InboxService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List your notifications',
    description: 'Returns the notifications in your inbox, newest first.',
  })
  @ApiOkResponse({
    type: InboxList,
    description: 'A page of notifications.',
    headers: responseHeaders('Link'),
  })
  @Fails(invalidCursor)
  async listMyNotifications(
    @Caller() { userId }: Principal,
    @Query() query: InboxQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InboxList> {
    const { archived, unread, total } = query;
    const list = `inbox:${JSON.stringify([userId, archived, unread])}`;
    const slice = await this.inbox.list(userId, { archived, unread }, this.cursors.read(query, list), total);
    return this.cursors.respond(request, reply, { slice, list }, toInboxResponse);
  }

  @Get('unread-count')
  @ApiOperation({
    summary: 'Count your unread notifications',
    description: 'Returns how many notifications in your inbox are not read yet.',
  })
  @ApiOkResponse({ type: UnreadCount, description: 'The number of unread notifications.' })
  async countMyUnreadNotifications(@Caller() { userId }: Principal): Promise<UnreadCount> {
    return { unread: await this.inbox.countUnread(userId) };
  }

  @Post('read-all')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Mark all notifications as read',
    description: 'Marks all notifications in your inbox as read, except archived ones.',
  })
  @ApiNoContentResponse({ description: 'All are read.' })
  async readAllMyNotifications(@Caller() { userId }: Principal): Promise<void> {
    await this.inbox.readAll(userId);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Mark a notification as read, or archive it',
    description: 'Takes a JSON merge patch (RFC 7396): fields you leave out stay the same.',
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateInboxNotificationRequest })
  @ApiOkResponse({ type: InboxNotificationResponse, description: 'The updated notification.' })
  @Fails(inboxNotificationNotFound)
  async updateMyNotification(
    @Caller() { userId }: Principal,
    @Param() { id }: IdParams,
    @Body() { read, archived }: UpdateInboxNotificationRequest,
  ): Promise<InboxNotificationResponse> {
    return toInboxResponse(await this.inbox.change(userId, id, { read, archived }));
  }
}
