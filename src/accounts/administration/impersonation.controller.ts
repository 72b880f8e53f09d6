import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Caller, Fails, IdParams, Requires } from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { exceedsYourPermissions, impersonateUsers } from '../auth/index.js';
import { AccessTokenResponse, toAccessTokenResponse } from '../auth/http.js';
import { userNotActive, userNotFound } from '../users/index.js';
import { UsersTag } from '../users/http.js';
import { ImpersonateRequest } from './accounts.dto.js';
import { ImpersonationService } from './impersonation.service.js';

@UsersTag()
@Controller({ path: 'users/:id/impersonate', version: [...API_VERSIONS] })
export class ImpersonationController {
  constructor(private readonly impersonation: ImpersonationService) {}

  @Post()
  @HttpCode(200)
  @Requires(impersonateUsers, { recent: true, session: true })
  @ApiOperation({
    summary: 'Act as a user',
    description:
      "Returns an access token that lets you act as the user. It's valid for 15 minutes, as long as you stay " +
      'signed in, and its `act` claim contains your ID (RFC 8693). There is no refresh token, and operations ' +
      "under `/auth` don't accept the access token. The user can see the reason in their audit events.",
  })
  @ApiOkResponse({ type: AccessTokenResponse, description: 'An access token for the user.' })
  @Fails(userNotFound, userNotActive, exceedsYourPermissions)
  async impersonateUser(
    @Caller() caller: SessionPrincipal,
    @Param() { id }: IdParams,
    @Body() { reason }: ImpersonateRequest,
  ): Promise<AccessTokenResponse> {
    return toAccessTokenResponse(await this.impersonation.begin(caller, { id, reason }));
  }
}
