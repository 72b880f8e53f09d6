import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiCookieAuth, ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, callerOf, Fails, Public, responseHeaders } from '#libs/api';
import { invalidInput, sessionRequired, unauthenticated } from '#libs/problem';
import { AuthTag } from '../openapi/auth.tag.js';
import { CallerDevice } from './device.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RefreshRequest } from './refresh.dto.js';
import { RefreshService } from './refresh.service.js';
import { ReturnsSession } from './returns-session.js';
import { type SessionResponse, toSessionResponse } from './session.response.js';
import type { Device } from './session-issuer.js';
import { invalidRefreshToken, originNotAllowed, refreshTokenReused } from './sessions.errors.js';
import { SessionsService } from './sessions.service.js';

const NO_COOKIE =
  'There is no refresh token in the cookie. It may have expired, or the page may be on a different site ' +
  "from the API, so the browser doesn't send the cookie. Sign in again.";

@AuthTag()
@Controller({ path: 'auth', version: [...API_VERSIONS] })
export class RefreshController {
  constructor(
    private readonly refreshes: RefreshService,
    private readonly sessions: SessionsService,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post('refresh')
  @Public()
  @ApiOperation({
    summary: 'Refresh a session',
    description:
      'Exchanges a refresh token for new tokens. Each refresh token works once. For 10 seconds, the same ' +
      'refresh token returns the same new token; after that, sending it again counts as reuse and ends the ' +
      'session. Without a body, the refresh token in the cookie is exchanged.',
  })
  @ApiBody({ type: RefreshRequest, required: false })
  @Fails(invalidRefreshToken, refreshTokenReused)
  @ReturnsSession({ status: 200, description: 'New tokens for the same session.' })
  async refresh(
    @Body() { refreshToken }: RefreshRequest,
    @CallerDevice() device: Device,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    if (refreshToken !== undefined) {
      return toSessionResponse(await this.refreshes.refresh(refreshToken, device));
    }
    const stored = this.cookie.read(request);
    if (stored === undefined) {
      throw this.cookie.isWanted(request) ? invalidRefreshToken({ detail: NO_COOKIE }) : tokenRequired();
    }
    // Never in the body: a script that could read it would only have to ask.
    const session = toSessionResponse(await this.refreshes.refresh(stored, device));
    return this.cookie.store(session, request, reply);
  }

  @Post('logout')
  @Public()
  @ApiBearerAuth()
  @ApiCookieAuth('refreshCookie')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description:
      'Ends the session of the access token, and the session of the refresh token in the cookie, if there is ' +
      'one. Their access tokens stop working everywhere within a second.',
  })
  @ApiNoContentResponse({ description: 'Signed out.', headers: responseHeaders('Set-Cookie') })
  @Fails(unauthenticated, sessionRequired, originNotAllowed)
  async logout(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const stored = this.cookie.read(request);
    if (stored !== undefined) {
      await this.refreshes.end(stored);
      this.cookie.clear(request, reply);
    }
    if (stored === undefined || request.principal) {
      const caller = callerOf(request);
      if (caller.kind !== 'session') {
        throw sessionRequired();
      }
      await this.sessions.logout(caller.userId, caller.sessionId);
    }
  }
}

function tokenRequired(): Error {
  return invalidInput({ errors: [{ pointer: '/refreshToken', code: 'required', message: 'is required' }] });
}
