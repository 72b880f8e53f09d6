import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Cursors,
  Fails,
  Idempotent,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import {
  AddSuppressionRequest,
  SuppressionPage,
  SuppressionResponse,
  SuppressionsQuery,
  toSuppressionResponse,
} from './suppressions.dto.js';
import { suppressionNotFound } from './suppressions.errors.js';
import { readSuppressions, writeSuppressions } from './suppressions.permissions.js';
import { SuppressionsService } from './suppressions.service.js';
import { SuppressionsTag } from './suppressions.tag.js';

@SuppressionsTag()
@Controller({ path: 'suppressions', version: [...API_VERSIONS] })
export class SuppressionsController {
  constructor(
    private readonly suppressions: SuppressionsService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readSuppressions)
  @ApiOperation({
    summary: 'List suppressions',
    description: 'Returns the email addresses that no notifications are sent to, newest first.',
  })
  @ApiOkResponse({
    type: SuppressionPage,
    description: 'A page of suppressions.',
    headers: responseHeaders('Link'),
  })
  @Fails(invalidCursor)
  async listSuppressions(
    @Query() query: SuppressionsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SuppressionPage> {
    const { email, reason, total } = query;
    const list = `suppressions:${JSON.stringify([email, reason])}`;
    const slice = await this.suppressions.find({ email, reason }, this.cursors.read(query, list), total);
    return this.cursors.respond(request, reply, { slice, list }, toSuppressionResponse);
  }

  @Post()
  @Requires(writeSuppressions, { recent: true })
  @ApiOperation({
    summary: 'Suppress an email address',
    description:
      'Sends no more notifications to the address, whoever has it. Emails about accounts, such as those that reset a ' +
      'password, and notifications of the category `security` are still sent.',
  })
  @ApiCreatedResponse({
    type: SuppressionResponse,
    description: 'The address is on the list, perhaps since before.',
    headers: responseHeaders('Location'),
  })
  @Idempotent()
  async addSuppression(
    @Body() { email, detail }: AddSuppressionRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SuppressionResponse> {
    const added = await this.suppressions.add(email, detail ?? null);
    void reply.headers({ location: `${request.url.split('?', 1)[0]}/${added.id}` });
    return toSuppressionResponse(added);
  }

  @Get(':id')
  @Requires(readSuppressions)
  @ApiOperation({ summary: 'Get a suppression', description: 'Returns a suppressed email address.' })
  @ApiOkResponse({ type: SuppressionResponse, description: 'The suppression.' })
  @Fails(suppressionNotFound)
  async getSuppression(@Param() { id }: IdParams): Promise<SuppressionResponse> {
    return toSuppressionResponse(await this.suppressions.get(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires(writeSuppressions, { recent: true })
  @ApiOperation({
    summary: 'Remove a suppression',
    description: 'Notifications are sent to the email address again.',
  })
  @ApiNoContentResponse({ description: 'The address is no longer on the list.' })
  @Fails(suppressionNotFound)
  async removeSuppression(@Param() { id }: IdParams): Promise<void> {
    await this.suppressions.remove(id);
  }
}
