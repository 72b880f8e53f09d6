import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCEPTED, Accepted, API_VERSIONS, Fails, Idempotent, Public, responseHeaders } from '#libs/api';
import { randomToken } from '#libs/crypto';
import { AuthLimited } from '#libs/limits';
import { emailTaken } from '../../users/index.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { weakPassword } from '../passwords/passwords.errors.js';
import { deviceOf } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { presentSignIn } from '../sign-in/sign-in.response.js';

import { RegisterRequest } from './registration.dto.js';
import { registrationCookie } from './registration-cookie.js';
import { registrationClosed } from './registration.errors.js';
import { RegistrationService } from './registration.service.js';

@AuthTag()
@Controller({ path: 'auth/register', version: [...API_VERSIONS] })
export class RegistrationController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly presenter: SignInPresenter,
  ) {}

  @Post()
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: 'Create an account',
    description: 'Signs you in and sends an email with a link that verifies your address.',
  })
  @ApiAcceptedResponse({
    type: Accepted,
    description:
      'With `REGISTRATION=verify-first`, every valid request gets this response, so that no one can find ' +
      'out who has an account. The email says how to continue.',
    headers: responseHeaders('Set-Cookie'),
  })
  @Fails(registrationClosed, emailTaken, weakPassword)
  @Idempotent({ status: 201, body: presentSignIn })
  @ReturnsSession({ status: 201, description: 'Account created. You are signed in.' })
  async register(
    @Body() input: RegisterRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse | Accepted> {
    const browser = randomToken();
    const outcome = await this.registration.register(input, deviceOf(request), browser);
    if (outcome) {
      return this.presenter.present(outcome, request, reply);
    }
    // For a taken address too, so that the response doesn't tell.
    registrationCookie.store(reply, browser);
    void reply.status(202);
    return ACCEPTED;
  }
}
