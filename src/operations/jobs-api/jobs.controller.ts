import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  Cursors,
  Fails,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import { PermissionLookup, type Principal } from '#libs/permissions';
import { JobList, JobQuery, JobResponse, toJobResponse } from './jobs.dto.js';
import { jobIsOver, jobNotFound, jobNotPausable, jobNotRetryable } from './jobs.errors.js';
import { readJobs, writeJobs } from './jobs.permissions.js';
import { JobsService } from './jobs.service.js';
import { JobsTag } from './jobs.tag.js';

@JobsTag()
@Controller({ path: 'jobs', version: [...API_VERSIONS] })
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly permissions: PermissionLookup,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readJobs)
  @ApiOperation({
    summary: 'List jobs',
    description:
      'Returns jobs started by API requests, and background jobs that failed for good, such as an email ' +
      'that the mail server refused, newest first.',
  })
  @ApiOkResponse({ type: JobList, description: 'A page of jobs.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listJobs(
    @Query() query: JobQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobList> {
    const { type, state } = query;
    const list = `jobs:${JSON.stringify([type, state])}`;
    const slice = await this.jobs.list({ type, state }, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toJobResponse);
  }

  @Get(':id')
  @Requires()
  @ApiOperation({
    summary: 'Get a job',
    description:
      'Returns the state of a job that you started. With the `jobs:read` permission, you can get any job.',
  })
  @ApiOkResponse({ type: JobResponse, description: 'The job.' })
  @Fails(jobNotFound)
  async getJob(@Caller() caller: Principal, @Param() { id }: IdParams): Promise<JobResponse> {
    const job = await this.jobs.find(id);
    if (!job || (job.ownerId !== caller.userId && !(await this.permissions.grants(caller, readJobs)))) {
      throw jobNotFound();
    }
    return toJobResponse(job);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Requires(writeJobs, { recent: true })
  @ApiOperation({
    summary: 'Retry a job',
    description:
      "Resumes a failed job where it left off, with a fresh set of attempts. Work that's already done " +
      "isn't repeated.",
  })
  @ApiOkResponse({
    type: JobResponse,
    description: 'The job, which is waiting again. Background jobs are no longer listed once they succeed.',
  })
  @Fails(jobNotFound, jobNotRetryable)
  async retryJob(@Param() { id }: IdParams): Promise<JobResponse> {
    return toJobResponse(await this.jobs.retry(id));
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Requires(writeJobs, { recent: true })
  @ApiOperation({
    summary: 'Pause a job',
    description: 'Stops a broadcast until it is resumed. It goes on with the users whom it has not reached.',
  })
  @ApiOkResponse({ type: JobResponse, description: 'The job, which is paused.' })
  @Fails(jobNotFound, jobNotPausable)
  async pauseJob(@Param() { id }: IdParams): Promise<JobResponse> {
    return toJobResponse(await this.jobs.pause(id));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Requires(writeJobs, { recent: true })
  @ApiOperation({ summary: 'Resume a job', description: 'Lets a paused job go on where it stopped.' })
  @ApiOkResponse({ type: JobResponse, description: 'The job, which is waiting again.' })
  @Fails(jobNotFound, jobNotPausable)
  async resumeJob(@Param() { id }: IdParams): Promise<JobResponse> {
    return toJobResponse(await this.jobs.resume(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires(writeJobs, { recent: true })
  @ApiOperation({
    summary: 'Cancel a job',
    description:
      "Stops a job that is waiting or active. Work that's already done isn't undone. You can only cancel the deletion of " +
      'an account if you have all of its permissions, and its user gets an email.',
  })
  @ApiNoContentResponse({ description: 'The job is canceled.' })
  @Fails(jobNotFound, jobIsOver)
  async cancelJob(@Caller() caller: Principal, @Param() { id }: IdParams): Promise<void> {
    await this.jobs.cancel(id, caller);
  }
}
