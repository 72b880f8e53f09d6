import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Caller, Fails, Public, Requires } from '#libs/api';
import type { Principal } from '#libs/http';
import { AuthTag } from '../auth.tag.js';
import { Refresh } from './refresh.dto.js';
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
    summary: 'Trade a refresh token for the next one',
    description:
      'The same token again within 10 seconds gets the very same successor; later it ends the session.',
  })
  @ApiOkResponse({ type: SessionResponse, description: 'The session goes on.' })
  @Fails(invalidRefreshToken, refreshTokenReused)
  async refresh(@Body() { refreshToken }: Refresh): Promise<SessionResponse> {
    return toSessionResponse(await this.refreshes.refresh(refreshToken));
  }

  @Post('logout')
  @Requires()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the session of the access token, on every replica within a second.',
  })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  async logout(@Caller() { userId, sessionId }: Principal): Promise<void> {
    await this.sessions.logout(userId, sessionId);
  }
}
