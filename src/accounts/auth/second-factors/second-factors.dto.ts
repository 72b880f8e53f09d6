import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { BooleanField, EnumField, StringField } from '#libs/api';
import { type Factor, FACTORS } from '../sign-in/factor-kinds.js';

export function CodeField({ optional = false } = {}): PropertyDecorator {
  return StringField({
    description:
      "The six digits that the authenticator app shows, a recovery code, or a passkey's response to the " +
      'options from `/auth/passkeys/login/options`, as JSON.',
    minLength: 6,
    maxLength: 32_768,
    example: '287082',
    acceptsJson: true,
    optional,
  });
}

export function FactorField({ optional = false } = {}): PropertyDecorator {
  return EnumField({
    values: FACTORS,
    description: 'The factor that the code comes from.',
    example: 'totp',
    optional,
  });
}

export class ConfirmTotpRequest {
  @StringField({
    description: 'The six digits that the app shows.',
    minLength: 6,
    maxLength: 16,
    example: '287082',
  })
  code!: string;
}

export class MfaLoginRequest {
  @StringField({ description: 'The `mfaToken` from the sign-in.', minLength: 1, maxLength: 512 })
  mfaToken!: string;

  @FactorField()
  factor!: Factor;

  @CodeField()
  code!: string;

  @BooleanField({
    description:
      "If true, this browser isn't asked for a second factor for 30 days, or until all sessions are ended.",
    optional: true,
  })
  trustDevice?: boolean;
}

@ApiSchema({ name: 'TotpSetup' })
export class TotpSetupResponse {
  @ApiProperty({ type: String, description: 'The URI in the QR code.', example: 'otpauth://totp/…' })
  otpauthUri!: string;

  @ApiProperty({ type: String, description: "The secret, for apps that can't scan the QR code." })
  secret!: string;

  @ApiProperty({ type: String, description: 'The QR code, as an SVG image.' })
  qrCode!: string;
}

@ApiSchema({ name: 'RecoveryCodes' })
export class RecoveryCodesResponse {
  @ApiProperty({
    type: [String],
    maxItems: 10,
    description:
      "Ten codes, each of which can be used once instead of the app. Show them now: they can't be retrieved " +
      'later.',
    example: ['8c1f0-zk3mq'],
  })
  recoveryCodes!: string[];
}

@ApiSchema({ name: 'SecondFactors' })
export class SecondFactorsResponse {
  @ApiProperty({
    enum: ['totp'],
    isArray: true,
    maxItems: 2,
    description: 'Your second factors. You need one of them to sign in.',
    example: ['totp'],
  })
  factors!: string[];

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    description: "How many recovery codes you haven't used yet.",
    example: 10,
  })
  recoveryCodesLeft!: number;
}
