import { Body, Controller, Get, Headers, Patch, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { API_VERSIONS, Caller, expectedVersions, Fails, Requires } from '#libs/api';
import type { Principal } from '#libs/http';
import { NeedsNoSlot } from '#libs/limits';
import { preconditionFailed } from '#libs/problem';
import { ApiNotModifiedResponse, ETAG_HEADER, present } from './profile.response.js';
import { UpdateProfile, UserResponse } from './users.dto.js';
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
      'Returns your own profile. Send its `ETag` as `If-None-Match` to get a 304 when nothing has changed.',
  })
  @ApiOkResponse({ type: UserResponse, description: 'Your profile.', ...ETAG_HEADER })
  @ApiNotModifiedResponse()
  async getMe(
    @Caller() caller: Principal,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return present(await this.users.profile(caller.userId), ifNoneMatch, reply);
  }

  @Patch()
  @ApiOperation({
    summary: 'Update your profile',
    description:
      'Takes a JSON merge patch (RFC 7396): fields you leave out stay the same, and null clears a field. ' +
      "Send the `ETag` as `If-Match` so that you don't overwrite a change made elsewhere.",
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateProfile })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The `ETag` of the version that your change is based on.',
    schema: { type: 'string', maxLength: 256 },
  })
  @ApiOkResponse({ type: UserResponse, description: 'The updated profile.', ...ETAG_HEADER })
  @Fails(preconditionFailed)
  async updateMe(
    @Caller() caller: Principal,
    @Body() patch: UpdateProfile,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return present(
      await this.users.updateProfile(caller.userId, patch, expectedVersions(ifMatch)),
      undefined,
      reply,
    );
  }
}
