import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Caller, Fails, Requires } from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { AuthTag } from '../openapi/auth.tag.js';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { CallerDevice } from '../sessions/device.js';
import type { Device } from '../sessions/session-issuer.js';
import { invalidCode, invalidCredentials } from '../sign-in/sign-in.errors.js';
import { AccessTokenResponse, StepUpRequest, toAccessTokenResponse, toStepUpInput } from './step-up.dto.js';
import { StepUpService } from './step-up.service.js';

@AuthTag()
@Requires()
@Controller({ path: 'auth/step-up', version: [...API_VERSIONS] })
export class StepUpController {
  constructor(private readonly stepUps: StepUpService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Re-authenticate',
    description:
      'For operations that return `step-up-required` because you last authenticated more than five minutes ' +
      'ago. Takes your password or a second factor. Then retry the original request with the new access token. ' +
      'The session stays the same.',
  })
  @ApiOkResponse({ type: AccessTokenResponse, description: 'An access token with a new `auth_time`.' })
  @Fails(invalidCredentials, invalidCode, tooManyAttempts)
  async stepUp(
    @Caller() { userId, sessionId }: SessionPrincipal,
    @Body() body: StepUpRequest,
    @CallerDevice() device: Device,
  ): Promise<AccessTokenResponse> {
    const session = { userId, sessionId };
    const input = toStepUpInput(body);
    const grant =
      'password' in input
        ? await this.stepUps.withPassword(session, input.password)
        : await this.stepUps.withFactor(session, input, device);
    return toAccessTokenResponse(grant);
  }
}
