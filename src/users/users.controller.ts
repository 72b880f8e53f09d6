import { Body, Controller, Get, Headers, Param, Patch, Query, Req, Res, Version } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  Deprecated,
  etagOf,
  Fails,
  IdParams,
  invalidCursor,
  isNotModified,
  linkCursors,
  linkPages,
  type Principal,
  Requires,
} from '#libs/http';
import { conflict, preconditionFailed } from '#libs/problem';
import type { VersionedProfile } from './profile-cache.js';
import { UserListService } from './user-list.service.js';
import {
  OffsetQuery,
  UpdateProfile,
  UserCursorList,
  UserListQuery,
  UserOffsetList,
  UserResponse,
} from './users.dto.js';
import { userNotFound } from './users.errors.js';
import { UsersService } from './users.service.js';

const ETAG_HEADER = {
  headers: { ETag: { description: 'The version, for `If-Match`.', schema: { type: 'string' as const } } },
};
/** With `If-None-Match` (RFC 9110, section 13.1.2). */
const ApiNotModifiedResponse = (): MethodDecorator =>
  ApiResponse({ status: 304, description: 'You have the current version already.' });
const LINK_HEADER = {
  headers: {
    Link: { description: 'The neighbouring pages (RFC 8288).', schema: { type: 'string' as const } },
  },
};

@ApiTags('users')
@Controller({ path: 'users', version: [...API_VERSIONS] })
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly lists: UserListService,
  ) {}

  @Get('me')
  @Requires()
  @ApiOperation({ summary: 'Read the own profile' })
  @ApiOkResponse({ type: UserResponse, ...ETAG_HEADER })
  @ApiNotModifiedResponse()
  async getMe(
    @Caller() caller: Principal,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return present(await this.users.profile(caller.userId), ifNoneMatch, reply);
  }

  @Patch('me')
  @Requires()
  @ApiOperation({ summary: 'Change the own profile', description: 'JSON Merge Patch (RFC 7396).' })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateProfile })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The `ETag` the change is meant for.',
    schema: { type: 'string', maxLength: 256 },
  })
  @ApiOkResponse({ type: UserResponse, ...ETAG_HEADER })
  @Fails(preconditionFailed, conflict)
  async updateMe(
    @Caller() caller: Principal,
    @Body() patch: UpdateProfile,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return present(await this.users.updateProfile(caller.userId, patch, ifMatch), undefined, reply);
  }

  @Get()
  @Version('1')
  @Requires('users:read')
  @Deprecated({ since: new Date('2026-11-22'), sunset: new Date('2027-11-22'), successor: '/v2/users' })
  @ApiOperation({ summary: 'List users by page number' })
  @ApiOkResponse({ type: UserOffsetList, ...LINK_HEADER })
  async listUsersByPage(
    @Query() query: OffsetQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserOffsetList> {
    const list = await this.lists.byOffset(query);
    const { number, limit, total } = list.page;
    linkPages(request, reply, {
      next: number * limit < total ? { page: String(number + 1) } : null,
      prev: number > 1 ? { page: String(number - 1) } : null,
    });
    return list;
  }

  @Get()
  @Version('2')
  @Requires('users:read')
  @ApiOperation({ summary: 'List and search users' })
  @ApiOkResponse({ type: UserCursorList, ...LINK_HEADER })
  @Fails(invalidCursor)
  async listUsers(
    @Query() query: UserListQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserCursorList> {
    const list = await this.lists.byCursor(query);
    linkCursors(request, reply, list.page);
    return list;
  }

  @Get(':id')
  @Requires('users:read')
  @ApiOperation({ summary: 'Read a user' })
  @ApiOkResponse({ type: UserResponse, ...ETAG_HEADER })
  @ApiNotModifiedResponse()
  @Fails(userNotFound)
  async getUser(
    @Param() { id }: IdParams,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return present(await this.users.profile(id), ifNoneMatch, reply);
  }
}

function present(
  { profile, version }: VersionedProfile,
  ifNoneMatch: string | undefined,
  reply: FastifyReply,
): UserResponse | undefined {
  void reply.header('ETag', etagOf(version));
  if (isNotModified(ifNoneMatch, version)) {
    void reply.status(304);
    return undefined;
  }
  return profile;
}
