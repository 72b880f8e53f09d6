import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { StringField } from '#libs/api';
import type { PhoneState } from './phones.service.js';

export class SetPhoneRequest {
  @StringField({
    description: 'The phone number, in E.164 format: `+`, the country code and the number, without spaces.',
    example: '+4915123456789',
    minLength: 8,
    maxLength: 16,
    rule: {
      code: 'invalid-phone-number',
      pattern: /^\+[1-9][0-9]{6,14}$/,
      message: 'must be a phone number in E.164 format, such as +4915123456789',
    },
  })
  phoneNumber!: string;
}

export class VerifyPhoneRequest {
  @StringField({
    description: 'The six digits in the text message.',
    minLength: 6,
    maxLength: 6,
    example: '042617',
    rule: { code: 'invalid-code', pattern: /^[0-9]{6}$/, message: 'must be six digits' },
  })
  code!: string;
}

@ApiSchema({ name: 'Phone' })
export class PhoneResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    example: '+4915123456789',
    description: 'The phone number that text messages are sent to, in E.164 format. Null if there is none.',
  })
  phoneNumber!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was verified, in UTC.',
  })
  verifiedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '+4915198765432',
    description: 'A phone number that replaces it once the code that was sent to it is entered.',
  })
  pendingPhoneNumber!: string | null;
}

export function toPhoneResponse({ phoneNumber, verifiedAt, pendingPhoneNumber }: PhoneState): PhoneResponse {
  return { phoneNumber, verifiedAt: verifiedAt?.toISOString() ?? null, pendingPhoneNumber };
}
