import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  type Conditions,
  conditionsOf,
  CursorQuery,
  Cursors,
  etagOf,
  Fails,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { exceedsYourPermissions } from '../permissions/permission.errors.js';
import { PutRoleRequest, RoleList, RoleParams, RoleResponse, toRoleResponse } from './roles.dto.js';
import { builtInRole, roleInUse, roleNotFound, tooManyRoles } from './roles.errors.js';
import { readRoles, writeRoles } from './roles.permissions.js';
import { RolesService } from './roles.service.js';
import { RolesTag } from './roles.tag.js';

const LIST = 'roles';
const ETAG = responseHeaders('ETag');

@RolesTag()
@Controller({ path: 'roles', version: [...API_VERSIONS] })
export class RolesController {
  constructor(
    private readonly roles: RolesService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readRoles)
  @ApiOperation({
    summary: 'List roles',
    description: 'Returns roles, oldest first, starting with the built-in ones.',
  })
  @ApiOkResponse({ type: RoleList, description: 'A page of roles.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listRoles(
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleList> {
    const slice = await this.roles.list(this.cursors.read(query, LIST), query.total);
    return this.cursors.respond(request, reply, { slice, list: LIST }, toRoleResponse);
  }

  @Put(':name')
  @Requires(writeRoles, { recent: true })
  @ApiOperation({
    summary: 'Create or replace a role',
    description:
      'Sets the permissions that the role grants. The change takes effect within a second for everyone who has ' +
      'the role. You can only grant or revoke permissions that you have yourself.',
  })
  @ApiCreatedResponse({ type: RoleResponse, description: 'Role created.', headers: ETAG })
  @ApiOkResponse({ type: RoleResponse, description: 'Role replaced.', headers: ETAG })
  @Fails(builtInRole, exceedsYourPermissions, tooManyRoles)
  @ConditionalChange()
  async putRole(
    @Caller() caller: Principal,
    @Param() { name }: RoleParams,
    @Body() { permissions }: PutRoleRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RoleResponse> {
    const isExpected = expects(conditionsOf(request), name);
    const { role, isNew } = await this.roles.put(caller, name, permissions, isExpected);
    void reply.status(isNew ? 201 : 200).header('ETag', etagOf({ id: name, version: role.version }));
    return toRoleResponse(role);
  }

  @Delete(':name')
  @Requires(writeRoles, { recent: true })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a role',
    description:
      'Deletes the role and removes it from everyone who has it. Their permissions change within a second.',
  })
  @ApiNoContentResponse({ description: 'Role deleted.' })
  @Fails(roleNotFound, builtInRole, roleInUse, exceedsYourPermissions)
  @ConditionalChange()
  async deleteRole(
    @Caller() caller: Principal,
    @Param() { name }: RoleParams,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.roles.remove(caller, name, expects(conditionsOf(request), name));
  }
}

function expects(conditions: Conditions, name: string): (version: number | null) => boolean {
  return (version) =>
    version === null ? conditions.allowNew() : conditions.allow(etagOf({ id: name, version }));
}
