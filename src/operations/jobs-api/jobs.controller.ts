import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Caller, Fails, IdParams, PermissionLookup, Requires } from '#libs/api';
import type { Principal } from '#libs/http';
import { JobResponse, toJobResponse } from './jobs.dto.js';
import { jobNotFound } from './jobs.errors.js';
import { readJobs } from './jobs.permissions.js';
import { JobsService } from './jobs.service.js';
import { JobsTag } from './jobs.tag.js';

@JobsTag()
@Requires()
@Controller({ path: 'jobs', version: [...API_VERSIONS] })
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly permissions: PermissionLookup,
  ) {}

  @Get(':id')
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
}
