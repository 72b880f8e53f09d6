import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import type { FastifyReply } from 'fastify';
import { API_VERSIONS, Caller, Fails, Idempotent, Requires, responseHeaders } from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { CallerDevice } from '../sessions/device.js';
import type { Device } from '../sessions/session-issuer.js';
import {
  AddPasskeyRequest,
  PasskeyCreationOptions,
  PasskeyResponse,
  presentPasskey,
  toRegistration,
} from './passkeys.dto.js';
import { passkeyExists, passkeyRejected, tooManyPasskeys } from './passkeys.errors.js';
import { PasskeysService } from './passkeys.service.js';
import { PasskeysTag } from './passkeys.tag.js';

@PasskeysTag()
@Requires()
@Controller({ path: 'auth/passkeys', version: [...API_VERSIONS] })
export class PasskeySetupController {
  constructor(private readonly passkeys: PasskeysService) {}

  @Post('options')
  @Requires(null, { recent: true })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Get options for a new passkey',
    description: 'Pass the options to `PublicKeyCredential.parseCreationOptionsFromJSON()` in the browser.',
  })
  @ApiOkResponse({ description: 'The options.', type: PasskeyCreationOptions })
  @Fails(tooManyPasskeys)
  getPasskeyOptions(@Caller() { userId }: SessionPrincipal): Promise<PublicKeyCredentialCreationOptionsJSON> {
    return this.passkeys.options(userId);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a passkey',
    description: 'Takes what `PublicKeyCredential.toJSON()` returned in the browser, along with a name.',
  })
  @ApiCreatedResponse({
    type: PasskeyResponse,
    description: 'Passkey added.',
    headers: responseHeaders('ETag'),
  })
  @Fails(passkeyRejected, passkeyExists, tooManyPasskeys)
  @Idempotent()
  async addPasskey(
    @Caller() caller: SessionPrincipal,
    @Body() body: AddPasskeyRequest,
    @CallerDevice() device: Device,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyResponse> {
    return presentPasskey(await this.passkeys.add(caller, toRegistration(body), device), reply);
  }
}
