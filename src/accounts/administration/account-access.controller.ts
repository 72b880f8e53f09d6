import { Controller, Delete, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  CursorQuery,
  Cursors,
  Fails,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { exceedsYourPermissions } from '../auth/index.js';
import { DeviceList, toDevice } from '../auth/http.js';
import { userNotFound } from '../users/index.js';
import { readUsers, UsersTag } from '../users/http.js';
import { AccountAccessService } from './account-access.service.js';
import { writeUsers } from './administration.permissions.js';

@UsersTag()
@Requires(writeUsers, { recent: true })
@Controller({ path: 'users/:id', version: [...API_VERSIONS] })
export class AccountAccessController {
  constructor(
    private readonly access: AccountAccessService,
    private readonly cursors: Cursors,
  ) {}

  @Get('sessions')
  @Requires(readUsers)
  @ApiOperation({
    summary: "List a user's signed-in devices",
    description: "Returns the user's active sessions, newest first.",
  })
  @ApiOkResponse({ type: DeviceList, description: 'A page of devices.', headers: responseHeaders('Link') })
  @Fails(userNotFound, invalidCursor)
  async listUserSessions(
    @Caller() caller: Principal,
    @Param() { id }: IdParams,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeviceList> {
    const list = `sessions:${id}`;
    const slice = await this.access.listSessions(id, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, (session) =>
      toDevice(session, caller.kind === 'session' ? caller.sessionId : undefined),
    );
  }

  @Delete('sessions')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign a user out', description: "Ends all of the user's sessions." })
  @ApiNoContentResponse({ description: 'User signed out on all devices.' })
  @Fails(userNotFound, exceedsYourPermissions)
  async endUserSessions(@Caller() caller: Principal, @Param() { id }: IdParams): Promise<void> {
    await this.access.endSessions(caller, id);
  }

  @Delete('mfa')
  @HttpCode(204)
  @ApiOperation({
    summary: "Remove a user's second factors",
    description:
      'Removes the authenticator app and the recovery codes, for a user who has lost access to them. Passkeys ' +
      "are kept, because they don't need a second factor. If the address is verified and something was " +
      'removed, the user gets an email.',
  })
  @ApiNoContentResponse({ description: 'Second factors removed.' })
  @Fails(userNotFound, exceedsYourPermissions)
  async removeUserMfa(@Caller() caller: Principal, @Param() { id }: IdParams): Promise<void> {
    await this.access.removeSecondFactors(caller, id);
  }
}
