import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import encodeQR from 'qr';
import { API_VERSIONS, Caller, Fails, Idempotent, Requires } from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { CallerDevice } from '../sessions/device.js';
import type { Device } from '../sessions/session-issuer.js';
import { invalidCode } from '../sign-in/sign-in.errors.js';
import {
  ConfirmTotpRequest,
  RecoveryCodesResponse,
  SecondFactorsResponse,
  TotpSetupResponse,
} from './second-factors.dto.js';
import { noSecondFactor, totpExists, totpNotStarted } from './second-factors.errors.js';
import { SecondFactorsService } from './second-factors.service.js';
import { TotpService } from './totp.service.js';

@AuthTag()
@Requires()
@Controller({ path: 'auth/mfa', version: [...API_VERSIONS] })
export class SecondFactorsController {
  constructor(
    private readonly secondFactors: SecondFactorsService,
    private readonly totp: TotpService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Get your second factors',
    description: 'Returns your second factors and how many recovery codes are left.',
  })
  @ApiOkResponse({ type: SecondFactorsResponse, description: 'Your second factors.' })
  async getSecondFactors(@Caller() { userId }: SessionPrincipal): Promise<SecondFactorsResponse> {
    const { factors, recoveryCodesLeft } = await this.secondFactors.overview(userId);
    return { factors: [...factors], recoveryCodesLeft };
  }

  @Post('totp')
  @Requires(null, { recent: true })
  @ApiOperation({
    summary: 'Set up an authenticator app',
    description: "The app isn't required until you confirm it. Starting again replaces the earlier secret.",
  })
  @ApiCreatedResponse({ type: TotpSetupResponse, description: 'Scan the QR code with the app.' })
  @Fails(totpExists)
  @Idempotent()
  async startTotp(@Caller() caller: SessionPrincipal): Promise<TotpSetupResponse> {
    const otpauthUri = await this.totp.start(caller);
    const secret = new URL(otpauthUri).searchParams.get('secret') ?? '';
    return { otpauthUri, secret, qrCode: encodeQR(otpauthUri, 'svg') };
  }

  @Post('totp/confirm')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Confirm your authenticator app',
    description: 'From then on, signing in requires a code from the app or one of the recovery codes.',
  })
  @ApiOkResponse({ type: RecoveryCodesResponse, description: 'The app is set up.' })
  @Fails(invalidCode, totpNotStarted, totpExists, tooManyAttempts)
  @Idempotent()
  async confirmTotp(
    @Caller() { userId, sessionId }: SessionPrincipal,
    @Body() { code }: ConfirmTotpRequest,
    @CallerDevice() device: Device,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.totp.confirm({ userId, sessionId, code, device }) };
  }

  @Delete('totp')
  @Requires(null, { recent: true })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove your authenticator app',
    description:
      'Removing your last second factor also deletes your recovery codes. Has no effect if no app is set up.',
  })
  @ApiNoContentResponse({ description: 'Authenticator app removed.' })
  async removeTotp(@Caller() caller: SessionPrincipal, @CallerDevice() device: Device): Promise<void> {
    await this.totp.remove(caller, device);
  }

  @Post('recovery-codes')
  @Requires(null, { recent: true })
  @ApiOperation({ summary: 'Create new recovery codes', description: 'Your existing codes stop working.' })
  @ApiCreatedResponse({ type: RecoveryCodesResponse, description: 'New recovery codes.' })
  @Fails(noSecondFactor)
  @Idempotent()
  async createRecoveryCodes(
    @Caller() caller: SessionPrincipal,
    @CallerDevice() device: Device,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.secondFactors.replaceRecoveryCodes(caller, device) };
  }
}
