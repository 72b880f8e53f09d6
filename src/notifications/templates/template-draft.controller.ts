import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, ConditionalChange, etagOf, Fails, Requires, responseHeaders } from '#libs/api';
import { expects } from './expected-template.js';
import { TemplatePreviewsService } from './template-previews.service.js';
import { PreviewResponse } from './template-versions.dto.js';
import { PreviewTemplateRequest, UpdateTemplateRequest } from './template-requests.dto.js';
import { TemplateParams } from './template-shapes.dto.js';
import { TemplateResponse, toTemplateResponse } from './templates.dto.js';
import { builtInTemplate, invalidTemplate, templateNotFound } from './templates.errors.js';
import { readTemplates, writeTemplates } from './templates.permissions.js';
import { TemplatesService } from './templates.service.js';
import { TemplatesTag } from './templates.tag.js';

const ETAG = { headers: responseHeaders('ETag') };

@TemplatesTag()
@Controller({ path: 'notification-templates/:name', version: [...API_VERSIONS] })
export class TemplateDraftController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly previews: TemplatePreviewsService,
  ) {}

  @Patch()
  @Requires(writeTemplates, { recent: true })
  @ApiOperation({
    summary: "Update a notification template's draft",
    description:
      'Takes a JSON merge patch (RFC 7396): fields you leave out stay the same, also inside `variables`, `exampleData` ' +
      'and `contents`. What is sent only changes when you publish the draft.',
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateTemplateRequest })
  @ApiOkResponse({ type: TemplateResponse, description: 'The updated template.', ...ETAG })
  @Fails(templateNotFound, builtInTemplate)
  @ConditionalChange()
  async updateTemplate(
    @Param() { name }: TemplateParams,
    @Body() patch: UpdateTemplateRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TemplateResponse> {
    const updated = await this.templates.update(name, { ...patch }, expects(request));
    void reply.header('ETag', etagOf(updated.revision));
    return toTemplateResponse(updated);
  }

  @Delete()
  @Requires(writeTemplates, { recent: true })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a notification template',
    description: 'Deletes the template with its versions. A built-in template gets its built-in texts back.',
  })
  @ApiNoContentResponse({ description: 'Template deleted, or restored.' })
  @Fails(templateNotFound, builtInTemplate)
  @ConditionalChange()
  async deleteTemplate(@Param() { name }: TemplateParams, @Req() request: FastifyRequest): Promise<void> {
    await this.templates.delete(name, expects(request));
  }

  @Post('preview')
  @HttpCode(200)
  @Requires(readTemplates)
  @ApiOperation({
    summary: 'Preview a notification template',
    description: 'Renders the draft with its example data. Finds the same mistakes as publishing it.',
  })
  @ApiBody({ type: PreviewTemplateRequest, required: false })
  @ApiOkResponse({ type: PreviewResponse, description: 'The rendered draft.' })
  @Fails(templateNotFound, invalidTemplate)
  async previewTemplate(
    @Param() { name }: TemplateParams,
    @Body() { locale, data = {} }: PreviewTemplateRequest,
  ): Promise<PreviewResponse> {
    return this.previews.preview(name, { locale, data });
  }
}
