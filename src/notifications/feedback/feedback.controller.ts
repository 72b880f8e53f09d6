import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AcceptsStream, API_VERSIONS, Requires, StreamedBody } from '#libs/api';
import { HasOwnSlots } from '#libs/limits';
import { payloadTooLarge } from '#libs/problem';
import { SuppressionsTag, writeSuppressions } from '../suppressions/http.js';
import { EmailEventRequest, ReportResponse, toEmailEvent } from './feedback.dto.js';
import { FeedbackService } from './feedback.service.js';

const MAX_REPORT_BYTES = 2 * 1024 * 1024;

@SuppressionsTag()
@Requires(writeSuppressions)
@Controller({ version: [...API_VERSIONS] })
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  @Post('email-events')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Report what happened to an email',
    description:
      'Takes what a mail provider says about an email after it was sent, such as in its webhooks. After a permanent bounce ' +
      'or a complaint, no notifications are emailed to the address. Repeating an event has no further effect.',
  })
  @ApiNoContentResponse({ description: 'The event is stored.' })
  async reportEmailEvent(@Body() event: EmailEventRequest): Promise<void> {
    await this.feedback.take(toEmailEvent(event));
  }

  @Post('email-reports')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Pass on a bounce or a complaint',
    description:
      'Takes an email that a mail server has sent to the sender of ours: a delivery status notification (RFC 3464) or an ' +
      'abuse report (RFC 5965). It counts if it is about an email that was sent within 90 days, to the address that its ' +
      'recipient still has.',
  })
  @AcceptsStream({
    mediaTypes: ['message/rfc822'],
    maxBytes: MAX_REPORT_BYTES,
    description: 'The email, with all headers. At most 2 MB.',
  })
  @ApiOkResponse({ type: ReportResponse, description: 'The report was read.' })
  @HasOwnSlots()
  async reportEmail(@Body() file: StreamedBody): Promise<ReportResponse> {
    return { emails: await this.feedback.takeReport(await contentOf(file)) };
  }
}

/** @throws Problem `payload-too-large` */
async function contentOf(file: StreamedBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > MAX_REPORT_BYTES) {
      throw payloadTooLarge({ detail: 'An email can have at most 2 MB.' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
