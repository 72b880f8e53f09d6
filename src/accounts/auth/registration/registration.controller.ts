import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Idempotent, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { emailTaken } from '../../users/index.js';
import { AuthTag } from '../auth.tag.js';
import { weakPassword } from '../passwords/passwords.errors.js';
import { deviceOf } from '../sessions/device.js';
import { SessionResponse } from '../sessions/session.response.js';
import { presentSignIn } from '../sign-in/sign-in.response.js';
import { Register } from './registration.dto.js';
import { RegistrationService } from './registration.service.js';

@AuthTag()
@Controller({ path: 'auth/register', version: [...API_VERSIONS] })
export class RegistrationController {
  constructor(private readonly registration: RegistrationService) {}

  @Post()
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: 'Open an account',
    description: 'Sends a mail with a link that verifies the address.',
  })
  @ApiCreatedResponse({ type: SessionResponse, description: 'The account is open and signed in.' })
  @ApiAcceptedResponse({
    description: 'With `REGISTRATION=verify-first`, whether or not the address is taken: see the mail.',
  })
  @Fails(emailTaken, weakPassword)
  @Idempotent({ status: 201, body: presentSignIn })
  async register(
    @Body() input: Register,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse | undefined> {
    const outcome = await this.registration.register(input, deviceOf(request));
    void reply.status(outcome ? 201 : 202);
    return outcome && presentSignIn(outcome);
  }
}
