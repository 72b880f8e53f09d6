import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  CursorQuery,
  Cursors,
  etagOf,
  Fails,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { expects } from './expected-template.js';
import { TemplatePublishingService } from './template-publishing.service.js';
import {
  TemplateVersionParams,
  toVersionResponse,
  toVersionSummary,
  VersionList,
  VersionResponse,
} from './template-versions.dto.js';
import { TemplateParams } from './template-shapes.dto.js';
import { TemplateResponse, toTemplateResponse } from './templates.dto.js';
import { invalidTemplate, templateNotFound, templateVersionNotFound } from './templates.errors.js';
import { readTemplates, writeTemplates } from './templates.permissions.js';
import { TemplatesTag } from './templates.tag.js';

const ETAG = { headers: responseHeaders('ETag') };

@TemplatesTag()
@Controller({ path: 'notification-templates/:name', version: [...API_VERSIONS] })
export class TemplateVersionsController {
  constructor(
    private readonly publishing: TemplatePublishingService,
    private readonly cursors: Cursors,
  ) {}

  @Post('publish')
  @HttpCode(200)
  @Requires(writeTemplates, { recent: true })
  @ApiOperation({
    summary: "Publish a notification template's draft",
    description: 'Makes the draft a new version. All replicas send it within a second.',
  })
  @ApiOkResponse({ type: TemplateResponse, description: 'The template.', ...ETAG })
  @Fails(templateNotFound, invalidTemplate)
  @ConditionalChange()
  async publishTemplate(
    @Caller() { userId }: Principal,
    @Param() { name }: TemplateParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateResponse> {
    const published = await this.publishing.publish(name, userId, expects(request));
    void reply.header('ETag', etagOf(published.revision));
    return toTemplateResponse(published);
  }

  @Get('versions')
  @Requires(readTemplates)
  @ApiOperation({
    summary: "List a notification template's versions",
    description: 'Returns the last 50 published versions, newest first.',
  })
  @ApiOkResponse({ type: VersionList, description: 'A page of versions.', headers: responseHeaders('Link') })
  @Fails(templateNotFound, invalidCursor)
  async listTemplateVersions(
    @Param() { name }: TemplateParams,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VersionList> {
    const list = `template-versions:${name}`;
    const slice = await this.publishing.versions(name, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toVersionSummary);
  }

  @Get('versions/:version')
  @Requires(readTemplates)
  @ApiOperation({
    summary: 'Get a version of a notification template',
    description: 'Returns what the template said when the version was published.',
  })
  @ApiOkResponse({ type: VersionResponse, description: 'The version.' })
  @Fails(templateNotFound, templateVersionNotFound)
  async getTemplateVersion(@Param() { name, version }: TemplateVersionParams): Promise<VersionResponse> {
    return toVersionResponse(await this.publishing.version(name, version));
  }

  @Post('versions/:version/publish')
  @HttpCode(200)
  @Requires(writeTemplates, { recent: true })
  @ApiOperation({
    summary: 'Publish an earlier version of a notification template',
    description: 'Sends this version again from now on. The draft stays as it is.',
  })
  @ApiOkResponse({ type: TemplateResponse, description: 'The template.', ...ETAG })
  @Fails(templateNotFound, templateVersionNotFound)
  @ConditionalChange()
  async republishTemplate(
    @Param() { name, version }: TemplateVersionParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateResponse> {
    const published = await this.publishing.republish(name, version, expects(request));
    void reply.header('ETag', etagOf(published.revision));
    return toTemplateResponse(published);
  }
}
