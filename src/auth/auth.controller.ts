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
import {
  addressOf,
  API_VERSIONS,
  Caller,
  Fails,
  Limited,
  type Principal,
  Public,
  Requires,
} from '#libs/http';
import { Idempotent } from '#libs/idempotency';
import { emailTaken } from '../users/index.js';
import { Login, Refresh, Register } from './auth.dto.js';
import { invalidCredentials, invalidRefreshToken, refreshTokenReused, weakPassword } from './auth.errors.js';
import { LoginService } from './login.service.js';
import { RegistrationService } from './registration.service.js';
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
    summary: 'Create an account',
    description: 'Signs you in and sends an email with a link that verifies your address.',
  })
  @ApiCreatedResponse({ type: SessionResponse, description: 'Account created. You are signed in.' })
  @ApiAcceptedResponse({
    description:
      'With `REGISTRATION=verify-first`, every valid request gets this response, so that nobody can find ' +
      'out who has an account. The email says how to continue.',
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
  @ApiOperation({
    summary: 'Sign in with a password',
    description: 'Starts a session and returns its tokens.',
  })
  @ApiOkResponse({ type: SessionResponse, description: 'Signed in.' })
  @Fails(invalidCredentials)
  async login(@Body() input: Login, @Req() request: FastifyRequest): Promise<SessionResponse> {
    return this.logins.login(input, deviceOf(request));
  }

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
  async refresh(@Body() { refreshToken }: Refresh): Promise<SessionResponse> {
    return this.refreshes.refresh(refreshToken);
  }

  @Post('logout')
  @Requires()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out',
    description: 'Ends the current session. Its access token stops working everywhere within a second.',
  })
  @ApiNoContentResponse({ description: 'Signed out.' })
  async logout(@Caller() caller: Principal): Promise<void> {
    await this.sessions.logout(caller);
  }
}

function deviceOf(request: FastifyRequest): Device {
  return { userAgent: request.headers['user-agent'], ipAddress: addressOf(request) };
}
