import { Controller, Get, Param, Query, Req, Res, Version } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  ConditionalGet,
  conditionsOf,
  Cursors,
  Deprecated,
  Fails,
  IdParams,
  invalidCursor,
  linkPages,
  Requires,
  responseHeaders,
} from '#libs/api';
import { ETAG_HEADER, presentUnlessKnown } from './profile.response.js';
import { OffsetQuery, searchOf, UserCursorList, UserListQuery, UserOffsetList } from './user-list.dto.js';
import { UserListService } from './user-list.service.js';
import { toUserResponse, UserResponse } from './users.dto.js';
import { userNotFound } from './users.errors.js';
import { readUsers } from './users.permissions.js';
import { UsersService } from './users.service.js';
import { UsersTag } from './users.tag.js';

const LINK_HEADER = { headers: responseHeaders('Link') };

@UsersTag()
@Requires(readUsers)
@Controller({ path: 'users', version: [...API_VERSIONS] })
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly lists: UserListService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Version('1')
  @ApiOperation({
    summary: 'List users by page number',
    description: 'Deprecated. Use `GET /v2/users`, which pages by cursor.',
  })
  @Deprecated({ since: new Date('2026-11-22'), sunset: new Date('2027-11-22'), successor: '/v2/users' })
  @ApiOkResponse({ type: UserOffsetList, description: 'A page of users.', ...LINK_HEADER })
  async listUsersByPage(
    @Query() query: OffsetQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserOffsetList> {
    const { page: number, limit } = query;
    const { users, total } = await this.lists.byOffset(number, limit);
    linkPages(request, reply, {
      next: number * limit < total ? { page: String(number + 1) } : null,
      prev: number > 1 ? { page: String(number - 1) } : null,
    });
    return { items: users.map(toUserResponse), page: { number, limit, total } };
  }

  @Get()
  @Version('2')
  @ApiOperation({
    summary: 'List users',
    description:
      'Filter by email address, email domain, status, role or creation time, or search with `q`. Filters can be combined.',
  })
  @ApiOkResponse({ type: UserCursorList, description: 'A page of users.', ...LINK_HEADER })
  @Fails(invalidCursor)
  async listUsers(
    @Query() query: UserListQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserCursorList> {
    const { limit: _limit, cursor: _cursor, total, ...filters } = query;
    const list = `users:${JSON.stringify(filters)}`;
    const slice = await this.lists.byPosition(searchOf(query), this.cursors.read(query, list), total);
    return this.cursors.respond(request, reply, { slice, list }, toUserResponse);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a user',
    description: 'Returns the profile of any user.',
  })
  @ApiOkResponse({ type: UserResponse, description: 'The profile.', ...ETAG_HEADER })
  @ConditionalGet()
  @Fails(userNotFound)
  async getUser(
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse | undefined> {
    return presentUnlessKnown(await this.users.profile(id), conditionsOf(request), reply);
  }
}
