import { Controller, Get, Headers, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Caller, EVENT_STREAM, Requires, sendEventStream } from '#libs/api';
import { CallerSlots, releaseSlot } from '#libs/limits';
import { Authentication, type Principal } from '#libs/permissions';
import { InboxTag } from '../inbox.tag.js';
import { InboxStreams } from './inbox-streams.js';

@InboxTag()
@Requires()
@Controller({ path: 'users/me/notifications', version: [...API_VERSIONS] })
export class InboxStreamController {
  constructor(
    private readonly streams: InboxStreams,
    private readonly authentication: Authentication,
    private readonly slots: CallerSlots,
  ) {}

  @Get('stream')
  @ApiOperation({
    summary: 'Follow your notifications',
    description:
      'Sends your notifications as they arrive, as server-sent events: `notification` with the notification, and ' +
      '`unread-count` with `{"unread": 3}`, at the beginning and whenever the number changes. Connect again when the ' +
      'stream ends, after the time in `retry` and with the ID of the last event in `Last-Event-ID`, to miss nothing. It ' +
      'ends when your access token expires, your session is over or your API key is revoked, and when the server ' +
      'restarts. Lines that begin with a colon only show that it is alive. You can have 20 streams at a time.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The ID of the last event you received. You get everything that has arrived since.',
    schema: { type: 'string', maxLength: 256 },
  })
  @ApiProduces(EVENT_STREAM)
  @ApiOkResponse({ description: 'Events, until the stream ends.', schema: { type: 'string' } })
  async streamMyNotifications(
    @Caller() { userId }: Principal,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { authorization } = request.headers;
    const stream = await this.streams.start(userId, lastEventId, () => {
      const found = this.authentication.identify(authorization);
      return found instanceof Promise ? found.then(Boolean) : found !== undefined;
    });
    releaseSlot(request, this.slots);
    return sendEventStream(request, reply, stream);
  }
}
