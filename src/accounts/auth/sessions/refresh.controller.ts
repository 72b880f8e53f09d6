import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Caller, Fails, Public, Requires } from '#libs/api';
import type { Principal } from '#libs/http';
import { AuthTag } from '../openapi/auth.tag.js';
import { RefreshRequest } from './refresh.dto.js';
import { RefreshService } from './refresh.service.js';
import { SessionResponse, toSessionResponse } from './session.response.js';
import { invalidRefreshToken, refreshTokenReused } from './sessions.errors.js';
import { SessionsService } from './sessions.service.js';

@AuthTag()
@Controller({ path: 'auth', version: [...API_VERSIONS] })
export class RefreshController {
  constructor(
    private readonly refreshes: RefreshService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('refresh')
  @Public()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Refresh a session',
    description:
      'Exchanges a refresh token for new tokens. Each refresh token works once. Within 10 seconds, the same refresh token ' +
      'returns the same new token; after that it counts as reuse and ends the session.',
  })
  @ApiOkResponse({ type: SessionResponse, description: 'New tokens for the same session.' })
  @Fails(invalidRefreshToken, refreshTokenReused)
  async refresh(@Body() { refreshToken }: RefreshRequest): Promise<SessionResponse> {
    return toSessionResponse(await this.refreshes.refresh(refreshToken));
  }

  @Post('logout')
  @Requires()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the current session. Its access token stops working everywhere within a second.',
  })
  @ApiNoContentResponse({ description: 'Signed out.' })
  async logout(@Caller() { userId, sessionId }: Principal): Promise<void> {
    await this.sessions.logout(userId, sessionId);
  }
}
