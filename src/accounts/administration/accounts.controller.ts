import { Body, Controller, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  conditionsOf,
  etagOf,
  Fails,
  Idempotent,
  IdParams,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { invalidInput } from '#libs/problem';
import { exceedsYourPermissions } from '../auth/index.js';
import { weakPassword } from '../auth/http.js';
import { emailTaken, type Profile, userNotFound } from '../users/index.js';
import { ETAG_HEADER, present, toUserResponse, UserResponse, UsersTag } from '../users/http.js';
import { AccountCreationService } from './account-creation.service.js';
import { AccountStatusService } from './account-status.service.js';
import { CreateUserRequest, UpdateUserRequest } from './accounts.dto.js';
import { writeUsers } from './administration.permissions.js';

const CREATED = { headers: responseHeaders('ETag', 'Location') };

@UsersTag()
@Requires(writeUsers, { recent: true })
@Controller({ path: 'users', version: [...API_VERSIONS] })
export class AccountsController {
  constructor(
    private readonly creation: AccountCreationService,
    private readonly accounts: AccountStatusService,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Create a user',
    description:
      "Creates an account for someone: with a password, with an invitation, or with neither if they'll sign in " +
      'another way. To assign roles other than `user`, you also need `roles:write` and every permission that ' +
      'those roles grant.',
  })
  @ApiCreatedResponse({ type: UserResponse, description: 'User created.', ...CREATED })
  @Fails(emailTaken, weakPassword, exceedsYourPermissions)
  @Idempotent({ status: 201, body: toUserResponse, headers: createdHeaders })
  async createUser(
    @Caller() caller: Principal,
    @Body() body: CreateUserRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    if (body.invite && body.password !== undefined) {
      const message = 'must not be combined with `password`: invited users choose their own';
      throw invalidInput({ errors: [{ pointer: '/invite', code: 'conflicting', message }] });
    }
    const profile = await this.creation.create(caller, body);
    void reply.headers(createdHeaders(profile, request));
    return present(profile, reply);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Update a user',
    description:
      'Takes a JSON merge patch (RFC 7396): fields you leave out stay the same, and null clears a field. Send the ' +
      "`ETag` as `If-Match` so that you don't overwrite a change made elsewhere.",
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateUserRequest })
  @ApiOkResponse({ type: UserResponse, description: 'The updated user.', ...ETAG_HEADER })
  @Fails(userNotFound, exceedsYourPermissions)
  @ConditionalChange()
  async updateUser(
    @Caller() caller: Principal,
    @Param() { id }: IdParams,
    @Body() patch: UpdateUserRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(id);
    return present(await this.accounts.update(caller, id, patch, isExpected), reply);
  }
}

/** What a response to the creation has, and to its repetition. */
function createdHeaders(profile: Profile, { url }: FastifyRequest): Readonly<Record<string, string>> {
  return { etag: etagOf(profile), location: `${url.split('?', 1)[0]}/${profile.id}` };
}
