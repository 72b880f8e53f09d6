import { Body, Controller, Delete, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Caller, ConditionalChange, conditionsOf, Fails, IdParams, Requires } from '#libs/api';
import type { Principal } from '#libs/permissions';
import { exceedsYourPermissions, lastAdmin, writeRoles } from '../auth/index.js';
import { userNotFound } from '../users/index.js';
import { ETAG_HEADER, present, UserResponse, UsersTag } from '../users/http.js';
import { AccountDeletionResponse, toAccountDeletionResponse } from '../deletion/http.js';
import { AccountStatusService } from './account-status.service.js';
import { SetRolesRequest } from './accounts.dto.js';
import { writeUsers } from './administration.permissions.js';

const RECENT = { recent: true };
const CHANGED = { type: UserResponse, description: 'The updated user.', ...ETAG_HEADER };

@UsersTag()
@Requires(writeUsers, RECENT)
@Controller({ path: 'users/:id', version: [...API_VERSIONS] })
export class AccountStatusController {
  constructor(private readonly accounts: AccountStatusService) {}

  @Delete()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Delete a user',
    description:
      "Signs the user out everywhere, and deletes the account and all of its data at once. This can't be " +
      'canceled.',
  })
  @ApiAcceptedResponse({ type: AccountDeletionResponse, description: 'The account will be deleted.' })
  @Fails(userNotFound, lastAdmin, exceedsYourPermissions)
  @ConditionalChange()
  async deleteUser(
    @Caller() caller: Principal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
  ): Promise<AccountDeletionResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(id);
    return toAccountDeletionResponse(await this.accounts.delete(caller, id, isExpected));
  }

  @Post('suspend')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Suspend a user',
    description: "Signs the user out everywhere. They can't sign in again until they're restored.",
  })
  @ApiOkResponse(CHANGED)
  @Fails(userNotFound, lastAdmin, exceedsYourPermissions)
  async suspendUser(
    @Caller() caller: Principal,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    return present(await this.accounts.suspend(caller, id), reply);
  }

  @Post('restore')
  @HttpCode(200)
  @ApiOperation({ summary: 'Restore a user', description: 'Lets a suspended user sign in again.' })
  @ApiOkResponse(CHANGED)
  @Fails(userNotFound, exceedsYourPermissions)
  async restoreUser(
    @Caller() caller: Principal,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    return present(await this.accounts.restore(caller, id), reply);
  }

  @Put('roles')
  @Requires(writeRoles, RECENT)
  @ApiOperation({
    summary: "Replace a user's roles",
    description:
      "The new permissions take effect within a second on all of the user's devices. Existing access tokens keep the old " +
      '`roles` claim until they expire. You can only grant or revoke permissions that you have yourself.',
  })
  @ApiOkResponse(CHANGED)
  @Fails(userNotFound, lastAdmin, exceedsYourPermissions)
  @ConditionalChange()
  async setRoles(
    @Caller() caller: Principal,
    @Param() { id }: IdParams,
    @Body() { roles }: SetRolesRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(id);
    return present(await this.accounts.setRoles(caller, id, roles, isExpected), reply);
  }
}
