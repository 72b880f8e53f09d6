import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  CursorQuery,
  Cursors,
  Fails,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import {
  AddPushSubscriptionRequest,
  PushSubscriptionList,
  PushSubscriptionResponse,
  toPushSubscriptionResponse,
} from './push-subscriptions.dto.js';
import { pushNotConfigured, pushSubscriptionNotFound } from './push-subscriptions.errors.js';
import { PushSubscriptionsService } from './push-subscriptions.service.js';
import { PushSubscriptionsTag } from './push-subscriptions.tag.js';

@PushSubscriptionsTag()
@Requires()
@Controller({ path: 'users/me/push-subscriptions', version: [...API_VERSIONS] })
export class PushSubscriptionsController {
  constructor(
    private readonly subscriptions: PushSubscriptionsService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List your push subscriptions',
    description: 'Returns the browsers in which you get push notifications, newest first.',
  })
  @ApiOkResponse({
    type: PushSubscriptionList,
    description: 'A page of push subscriptions.',
    headers: responseHeaders('Link'),
  })
  @Fails(invalidCursor)
  async listMyPushSubscriptions(
    @Caller() { userId }: Principal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PushSubscriptionList> {
    const list = `push-subscriptions:${userId}`;
    const slice = await this.subscriptions.list(userId, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toPushSubscriptionResponse);
  }

  @Post()
  @ApiOperation({
    summary: 'Get push notifications in a browser',
    description:
      'Takes what `PushSubscription.toJSON()` of a browser returns. Repeat it whenever your app starts: one with the same ' +
      '`endpoint` is updated, and keeps its `id`. If someone else has used the browser before, they get no push ' +
      'notifications there any more. You can have 20; beyond that, those are removed that were not sent for the longest ' +
      'time.',
  })
  @ApiCreatedResponse({
    type: PushSubscriptionResponse,
    description: 'Push subscription added, or updated.',
  })
  @Fails(pushNotConfigured)
  async addMyPushSubscription(
    @Caller() { userId }: Principal,
    @Body() { endpoint, expirationTime = null, keys }: AddPushSubscriptionRequest,
  ): Promise<PushSubscriptionResponse> {
    const expiresAt = expirationTime === null ? null : new Date(expirationTime);
    return toPushSubscriptionResponse(await this.subscriptions.add(userId, { endpoint, expiresAt, keys }));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a push subscription',
    description: 'You get no push notifications in that browser any more, for example after signing out.',
  })
  @ApiNoContentResponse({ description: 'Push subscription removed.' })
  @Fails(pushSubscriptionNotFound)
  async removeMyPushSubscription(@Caller() { userId }: Principal, @Param() { id }: IdParams): Promise<void> {
    await this.subscriptions.remove(userId, id);
  }
}
