import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Requires } from '#libs/api';
import { DeadLetterTracker } from './dead-letter.tracker.js';
import { writeJobs } from './jobs.permissions.js';
import { JobsTag } from './jobs.tag.js';
import { RetryJobsRequest, RetryJobsResponse } from './retry-jobs.dto.js';

/** So few that the request doesn't take long. */
const AT_ONCE = 500;

@JobsTag()
@Controller({ path: 'jobs/retry', version: [...API_VERSIONS] })
export class RetryJobsController {
  constructor(private readonly deadLetters: DeadLetterTracker) {}

  @Post()
  @HttpCode(200)
  @Requires(writeJobs, { recent: true })
  @ApiOperation({
    summary: 'Retry many background jobs',
    description:
      `Resumes background jobs that failed for good, such as emails that were refused while the mail server was misconfigured, ` +
      `each with a fresh set of attempts. The oldest come first, ${AT_ONCE} at once: repeat the request until none remain. ` +
      'Imports and exports are retried one by one.',
  })
  @ApiOkResponse({ type: RetryJobsResponse, description: 'How many jobs are waiting again.' })
  retryJobs(@Body() { type, reason }: RetryJobsRequest): Promise<RetryJobsResponse> {
    return this.deadLetters.retryAll({ type, reason }, AT_ONCE);
  }
}
