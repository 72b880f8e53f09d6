import { Controller, Get, HttpCode, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  Fails,
  Idempotent,
  IdParams,
  Requires,
  StartedJobResponse,
  toStartedJob,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { exceedsYourPermissions } from '../../auth/index.js';
import { UsersTag } from '../../users/http.js';
import { exportNotFound, exportNotReady } from '../export.errors.js';
import { download } from '../download.js';
import { WrittenFiles } from '../written-files.service.js';
import { exportUsers } from './export-users.job.js';
import { exported } from './exports.events.js';
import { exportAllUsers } from './exports.permissions.js';
import { ExportsService } from './exports.service.js';

const NDJSON = 'application/x-ndjson';

@UsersTag()
@Requires(exportAllUsers, { recent: true })
@Controller({ path: 'users/export', version: [...API_VERSIONS] })
export class ExportsController {
  constructor(
    private readonly exports: ExportsService,
    private readonly files: WrittenFiles,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Export all users',
    description:
      'Starts a job that writes all users to a file, one JSON object per line, including `passwordHash`. ' +
      '`POST /users/import` accepts the file.',
  })
  @ApiAcceptedResponse({ type: StartedJobResponse, description: 'The export has started.' })
  @Fails(exceedsYourPermissions)
  @Idempotent({ status: 202, body: toStartedJob })
  async exportUsers(@Caller() caller: Principal): Promise<StartedJobResponse> {
    return toStartedJob(await this.exports.start(caller));
  }

  @Get(':id/file')
  @ApiOperation({
    summary: 'Download an export of all users',
    description:
      'Returns the file of an export that you started. It is kept for a day after the job is complete.',
  })
  @ApiProduces(NDJSON)
  @ApiOkResponse({ description: 'The file.', schema: { type: 'string' } })
  @Fails(exportNotFound, exportNotReady)
  downloadUsers(
    @Caller() { userId }: Principal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const wanted = { id, type: exportUsers.name, userId };
    return download(request, reply, {
      name: ['users', 'ndjson'],
      type: NDJSON,
      find: () => this.files.find(wanted),
      open: () => this.files.open(wanted, exported),
    });
  }
}
