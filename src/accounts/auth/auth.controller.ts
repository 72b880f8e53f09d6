import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressOf, type Principal } from '#libs/http';
import { API_VERSIONS, Caller, Fails, Idempotent, Public, Requires } from '#libs/api';
import { Limited } from '#libs/limits';
import { emailTaken } from '../users/index.js';
import { Login, Refresh, Register } from './auth.dto.js';
import { invalidCredentials, invalidRefreshToken, refreshTokenReused, weakPassword } from './auth.errors.js';
import { LoginService } from './passwords/login.service.js';
import { RegistrationService } from './registration/registration.service.js';
import { RefreshService } from './sessions/refresh.service.js';
import type { Device } from './sessions/session-issuer.js';
import { SessionResponse } from './sessions/sessions.dto.js';
import { SessionsService } from './sessions/sessions.service.js';

@ApiTags('auth')
@Controller({ path: 'auth', version: [...API_VERSIONS] })
export class AuthController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly logins: LoginService,
    private readonly refreshes: RefreshService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('register')
  @Public()
  @Limited('default', 'auth')
  @ApiOperation({
    summary: 'Open an account',
    description: 'Sends a mail with a link that verifies the address.',
  })
  @ApiCreatedResponse({ type: SessionResponse, description: 'The account is open and signed in.' })
  @ApiAcceptedResponse({
    description: 'With `REGISTRATION=verify-first`, whether or not the address is taken: see the mail.',
  })
  @Fails(emailTaken, weakPassword)
  @Idempotent()
  async register(
    @Body() input: Register,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse | undefined> {
    const session = await this.registration.register(input, deviceOf(request));
    void reply.status(session ? 201 : 202);
    return session;
  }

  @Post('login')
  @Public()
  @Limited('default', 'auth')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in with a password' })
  @ApiOkResponse({ type: SessionResponse, description: 'Signed in.' })
  @Fails(invalidCredentials)
  async login(@Body() input: Login, @Req() request: FastifyRequest): Promise<SessionResponse> {
    return this.logins.login(input, deviceOf(request));
  }

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
    return this.refreshes.refresh(refreshToken);
  }

  @Post('logout')
  @Requires()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the session of the access token, on every replica within a second.',
  })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  async logout(@Caller() caller: Principal): Promise<void> {
    await this.sessions.logout(caller);
  }
}

function deviceOf(request: FastifyRequest): Device {
  return { userAgent: request.headers['user-agent'], ipAddress: addressOf(request) };
}
