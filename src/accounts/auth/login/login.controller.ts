import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { AuthTag } from '../openapi/auth.tag.js';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { deviceOf, rememberDevice } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { KnownDevices } from '../sign-in/known-devices.js';
import { invalidCredentials, mfaRequired } from '../sign-in/sign-in.errors.js';
import { presentSignIn } from '../sign-in/sign-in.response.js';
import { LoginRequest } from './login.dto.js';
import { emailNotVerified } from './login.errors.js';
import { LoginService } from './login.service.js';

@AuthTag()
@Controller({ path: 'auth/login', version: [...API_VERSIONS] })
export class LoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly devices: KnownDevices,
  ) {}

  @Post()
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: 'Sign in with a password',
    description: 'Starts a session and returns its tokens.',
  })
  @Fails(invalidCredentials, emailNotVerified, mfaRequired, tooManyAttempts)
  @ReturnsSession({ status: 200, description: 'Signed in.' })
  async login(
    @Body() input: LoginRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    const session = presentSignIn(await this.logins.login(input, deviceOf(request)));
    rememberDevice(request, reply, this.devices.issue(session.user.id));
    return session;
  }
}
