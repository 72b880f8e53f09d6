import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';
import {
  API_VERSIONS,
  Caller,
  Idempotent,
  instantOf,
  Requires,
  StartedJobResponse,
  toStartedJob,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { NotificationsTag } from '../intake/http.js';
import { sendNotifications } from '../intake/index.js';
import { toAudience } from './audience-rules.js';
import { BroadcastRequest } from './broadcasts.dto.js';
import { BroadcastsService } from './broadcasts.service.js';

@NotificationsTag()
@Controller({ path: 'notifications/broadcast', version: [...API_VERSIONS] })
export class BroadcastsController {
  constructor(private readonly broadcasts: BroadcastsService) {}

  @Post()
  @HttpCode(202)
  @Requires(sendNotifications)
  @ApiOperation({
    summary: 'Notify many users',
    description:
      'Sends a published template to all users who match, as a job that can be paused, resumed and canceled. Each of them ' +
      'is notified once. Users who are created or change in the meantime may or may not be.',
  })
  @ApiAcceptedResponse({
    type: StartedJobResponse,
    description: 'The broadcast has started, or waits for `sendAt`.',
  })
  @Idempotent({ status: 202, body: toStartedJob })
  async broadcastNotification(
    @Caller() { userId }: Principal,
    @Body() { audience, template, data = {}, channels, sendAt }: BroadcastRequest,
  ): Promise<StartedJobResponse> {
    const given = { template, data, channels, sendAt: instantOf(sendAt) };
    return toStartedJob(await this.broadcasts.start(userId, { audience: toAudience(audience), ...given }));
  }
}
