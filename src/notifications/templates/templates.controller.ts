import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  ConditionalGet,
  CursorQuery,
  Cursors,
  etagOf,
  Fails,
  Idempotent,
  invalidCursor,
  Requires,
  responseHeaders,
  unlessKnown,
} from '#libs/api';
import { CreateTemplateRequest } from './template-requests.dto.js';
import { TemplateParams } from './template-shapes.dto.js';
import { TemplateList, TemplateResponse, toSummaryResponse, toTemplateResponse } from './templates.dto.js';
import { templateExists, templateNotFound, tooManyTemplates } from './templates.errors.js';
import { readTemplates, writeTemplates } from './templates.permissions.js';
import { TemplatesService } from './templates.service.js';
import { TemplatesTag } from './templates.tag.js';

const LIST = 'notification-templates';
const ETAG = { headers: responseHeaders('ETag') };

@TemplatesTag()
@Controller({ path: 'notification-templates', version: [...API_VERSIONS] })
export class TemplatesController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readTemplates)
  @ApiOperation({
    summary: 'List notification templates',
    description:
      'Returns the emails about accounts, which are built in, and then your own templates, oldest first.',
  })
  @ApiOkResponse({
    type: TemplateList,
    description: 'A page of templates.',
    headers: responseHeaders('Link'),
  })
  @Fails(invalidCursor)
  async listTemplates(
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateList> {
    const slice = await this.templates.list(this.cursors.read(query, LIST), query.total);
    return this.cursors.respond(request, reply, { slice, list: LIST }, toSummaryResponse);
  }

  @Post()
  @Requires(writeTemplates, { recent: true })
  @ApiOperation({
    summary: 'Create a notification template',
    description: 'Creates a draft. Nothing can be sent with it before you publish it.',
  })
  @ApiCreatedResponse({
    type: TemplateResponse,
    description: 'Template created.',
    headers: responseHeaders('ETag', 'Location'),
  })
  @Fails(templateExists, tooManyTemplates)
  @Idempotent()
  async createTemplate(
    @Body() { name, ...draft }: CreateTemplateRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateResponse> {
    const created = await this.templates.create(name, draft);
    void reply.headers({
      etag: etagOf(created.revision),
      location: `${request.url.split('?', 1)[0]}/${name}`,
    });
    return toTemplateResponse(created);
  }

  @Get(':name')
  @Requires(readTemplates)
  @ApiOperation({
    summary: 'Get a notification template',
    description: 'Returns the draft. A built-in template has its built-in texts until you change them.',
  })
  @ApiOkResponse({ type: TemplateResponse, description: 'The template.', ...ETAG })
  @ConditionalGet()
  @Fails(templateNotFound)
  async getTemplate(
    @Param() { name }: TemplateParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateResponse | undefined> {
    const template = await this.templates.get(name);
    return unlessKnown(request, reply, template.revision, () => toTemplateResponse(template));
  }
}
