import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { BooleanField, EmailField, EnumField, StringField } from '#libs/api';
import { FEEDBACK, type Feedback } from '../deliveries/index.js';
import { isHardBounce } from '../suppressions/index.js';
import type { EmailEvent } from './feedback.service.js';

export class EmailEventRequest {
  @EnumField({
    description:
      '`bounced` if the mail server of the recipient has refused it, `complained` if the recipient has reported it as spam, ' +
      '`delivered` if it has arrived.',
    values: FEEDBACK,
    example: 'bounced',
  })
  type!: Feedback;

  @EmailField({ description: 'The address that the email was sent to.' })
  email!: string;

  @StringField({
    description: 'The `Message-ID` of the email, with or without angle brackets.',
    example: '<0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10@id.acme.com>',
    maxLength: 998,
    optional: true,
    nullable: true,
  })
  messageId?: string | null;

  @StringField({
    description: 'The enhanced status code of a bounce (RFC 3463).',
    example: '5.1.1',
    maxLength: 11,
    optional: true,
    nullable: true,
    rule: {
      code: 'invalid-status',
      pattern: /^[245]\.[0-9]{1,3}\.[0-9]{1,3}$/,
      message: 'must be an enhanced status code, such as 5.1.1',
    },
  })
  status?: string | null;

  @BooleanField({
    description:
      'Whether a bounce means that emails to the address are pointless. Without it, `status` decides: 5.1.1, 5.1.2, 5.1.3, ' +
      '5.1.6, 5.1.10 and 5.2.1 do.',
    optional: true,
  })
  permanent?: boolean;
}

@ApiSchema({ name: 'EmailReportResult' })
export class ReportResponse {
  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 1,
    description: 'About how many emails the report counts. 0 if it is no report about an email of ours.',
  })
  emails!: number;
}

export function toEmailEvent(given: EmailEventRequest): EmailEvent {
  const { type: feedback, email, messageId = null, status = null, permanent } = given;
  return { feedback, email, messageId, status, isHard: permanent ?? isHardBounce(status) };
}
