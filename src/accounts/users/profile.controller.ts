import { Body, Controller, Get, Patch, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  ConditionalGet,
  conditionsOf,
  Fails,
  Requires,
} from '#libs/api';
import type { ImpersonationPrincipal, Principal, SessionPrincipal } from '#libs/permissions';
import { NeedsNoSlot } from '#libs/limits';
import { sessionRequired, stepUpRequired } from '#libs/problem';
import { ETAG_HEADER, present, presentUnlessKnown } from './profile.response.js';
import { UpdateProfileRequest, UserResponse } from './users.dto.js';
import { UsersService } from './users.service.js';
import { UsersTag } from './users.tag.js';

@UsersTag()
@Requires()
@Controller({ path: 'users/me', version: [...API_VERSIONS] })
export class ProfileController {
  constructor(private readonly users: UsersService) {}

  @Get()
  // Concurrent misses of the cache share one query.
  @NeedsNoSlot()
  @ApiOperation({
    summary: 'Get your profile',
    description:
      'Returns your profile. Send its `ETag` as `If-None-Match` to get a 304 if nothing has changed.',
  })
  @ApiOkResponse({ type: UserResponse, description: 'Your profile.', ...ETAG_HEADER })
  @ConditionalGet()
  async getMe(
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return presentUnlessKnown(await this.users.profile(caller.userId), conditionsOf(request), reply);
  }

  @Patch()
  @ApiOperation({
    summary: 'Update your profile',
    description:
      'Takes a JSON merge patch (RFC 7396): fields you leave out stay the same, and null clears a field. Send the ' +
      "`ETag` as `If-Match` so that you don't overwrite a change made elsewhere. To turn `signInNotifications` off, " +
      'you must have signed in or stepped up within the last five minutes.',
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateProfileRequest })
  @ApiOkResponse({ type: UserResponse, description: 'The updated profile.', ...ETAG_HEADER })
  @Fails(stepUpRequired)
  @ConditionalChange()
  async updateMe(
    @Caller() caller: SessionPrincipal | ImpersonationPrincipal,
    @Body() patch: UpdateProfileRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(caller.userId);
    // Only the user can have proved recently who they are.
    if (caller.kind !== 'session' && patch.signInNotifications === false) {
      throw sessionRequired();
    }
    const { userId, sessionId } = caller;
    const isImpersonated = caller.kind !== 'session';
    const authenticatedAt = isImpersonated ? Number.NEGATIVE_INFINITY : caller.authenticatedAt;
    const changing = { userId, sessionId, authenticatedAt, isImpersonated };
    return present(await this.users.updateProfile(changing, patch, isExpected), reply);
  }
}
