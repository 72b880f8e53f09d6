import { Body, Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  conditionsOf,
  etagOf,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { toChoices } from './choices.js';
import { PreferencesResponse, SetPreferencesRequest, toPreferencesResponse } from './preferences.dto.js';
import { PreferencesTag } from './preferences.tag.js';
import { type EffectivePreferences, PreferencesService } from './preferences.service.js';

@PreferencesTag()
@Requires()
@Controller({ path: 'users/me/notification-preferences', version: [...API_VERSIONS] })
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  @ApiOperation({
    summary: 'Get your notification preferences',
    description: 'Returns what you want to be notified of, with every category that there is.',
  })
  @ApiOkResponse({
    type: PreferencesResponse,
    description: 'Your preferences.',
    headers: responseHeaders('ETag'),
  })
  async getMyNotificationPreferences(
    @Caller() { userId }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreferencesResponse> {
    return present(reply, userId, await this.preferences.get(userId));
  }

  @Put()
  @ApiOperation({
    summary: 'Set your notification preferences',
    description:
      'Replaces what you want to be notified of. You want whatever you leave out. It applies at once, even to emails that ' +
      'wait to be sent. Emails about your account are always sent. Send the `ETag` in `If-Match`, so that you notice if ' +
      'someone has unsubscribed from an email meanwhile.',
  })
  @ApiOkResponse({
    type: PreferencesResponse,
    description: 'Your new preferences.',
    headers: responseHeaders('ETag'),
  })
  @ConditionalChange()
  async setMyNotificationPreferences(
    @Caller() { userId }: Principal,
    @Body() given: SetPreferencesRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreferencesResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(resourceOf(userId));
    const updated = await this.preferences.set(userId, toChoices(given), isExpected);
    return present(reply, userId, updated);
  }
}

/** The profile of the same user has other ETags. */
function resourceOf(userId: string): string {
  return `preferences-${userId}`;
}

/** The ETag only stands for what the user has chosen, not for the categories that there are. */
function present(
  reply: FastifyReply,
  userId: string,
  preferences: EffectivePreferences,
): PreferencesResponse {
  void reply.header('ETag', etagOf({ id: resourceOf(userId), version: preferences.version }));
  return toPreferencesResponse(preferences);
}
