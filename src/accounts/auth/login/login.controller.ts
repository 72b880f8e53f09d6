import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { AuthTag } from '../openapi/auth.tag.js';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { deviceOf } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { invalidCredentials, mfaRequired } from '../sign-in/sign-in.errors.js';
import { LoginRequest } from './login.dto.js';
import { emailNotVerified } from './login.errors.js';
import { LoginService } from './login.service.js';

@AuthTag()
@Controller({ path: 'auth/login', version: [...API_VERSIONS] })
export class LoginController {
  constructor(
    private readonly logins: LoginService,
    private readonly presenter: SignInPresenter,
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
    const outcome = await this.logins.login(input, deviceOf(request));
    return this.presenter.present(outcome, request, reply);
  }
}
