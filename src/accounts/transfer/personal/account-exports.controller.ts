import { Controller, Get, HttpCode, Param, Post, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
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
import type { SessionPrincipal } from '#libs/permissions';
import { UsersTag } from '../../users/http.js';
import { download } from '../download.js';
import { exportNotFound, exportNotReady } from '../export.errors.js';
import { WrittenFiles } from '../written-files.service.js';
import { AccountExport } from './account-exports.dto.js';
import { accountExported } from './account-exports.events.js';
import { AccountExports } from './account-exports.service.js';
import { exportAccount } from './export-account.job.js';

@UsersTag()
@Requires(null, { session: true })
@Controller({ path: 'users/me/export', version: [...API_VERSIONS] })
export class AccountExportsController {
  constructor(
    private readonly exports: AccountExports,
    private readonly files: WrittenFiles,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Export your account',
    description:
      'Starts a job that collects everything held about you in a file. While that job is pending, this ' +
      'returns the same job. A new export replaces the previous one.',
  })
  @ApiAcceptedResponse({ type: StartedJobResponse, description: 'The export has started.' })
  @Idempotent({ status: 202, body: toStartedJob })
  async exportMe(@Caller() caller: SessionPrincipal): Promise<StartedJobResponse> {
    return toStartedJob(await this.exports.start(caller));
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Download an export of your account',
    description: 'Returns what is held about you. It is kept for a day after the job is complete.',
  })
  @ApiOkResponse({ type: AccountExport, description: 'Everything that is held about you.' })
  @Fails(exportNotFound, exportNotReady)
  downloadMe(
    @Caller() { userId }: SessionPrincipal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const wanted = { id, type: exportAccount.name, userId };
    return download(request, reply, {
      name: ['account', 'json'],
      type: 'application/json',
      find: () => this.files.find(wanted),
      open: () => this.files.open(wanted, accountExported, userId),
    });
  }
}
