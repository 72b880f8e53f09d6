import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  ConditionalChange,
  conditionsOf,
  etagOf,
  Fails,
  Idempotent,
  IdParams,
  Requires,
  responseHeaders,
} from '#libs/api';
import { WebhookUrls } from './webhook-urls.js';
import {
  toResponseWithSecret,
  toWebhookResponse,
  UpdateWebhookRequest,
  WebhookResponse,
  WebhookWithSecretResponse,
} from './webhooks.dto.js';
import { webhookNotFound } from './webhooks.errors.js';
import { writeWebhooks } from './webhooks.permissions.js';
import { WebhooksService } from './webhooks.service.js';
import { WebhooksTag } from './webhooks.tag.js';

const ETAG = { headers: responseHeaders('ETag') };

@WebhooksTag()
@Requires(writeWebhooks, { recent: true })
@Controller({ path: 'webhooks/:id', version: [...API_VERSIONS] })
export class WebhookSettingsController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly urls: WebhookUrls,
  ) {}

  @Patch()
  @ApiOperation({
    summary: 'Update a webhook',
    description:
      'Takes a JSON merge patch (RFC 7396): fields you leave out stay the same. Another URL, or enabling the webhook, ' +
      'also ends a pause.',
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: UpdateWebhookRequest })
  @ApiOkResponse({ type: WebhookResponse, description: 'The updated webhook.', ...ETAG })
  @Fails(webhookNotFound)
  @ConditionalChange()
  async updateWebhook(
    @Param() { id }: IdParams,
    @Body() patch: UpdateWebhookRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookResponse> {
    // What it is already may stay, even if new ones may not lead there any more.
    const isNew = patch.url !== undefined && patch.url !== (await this.webhooks.get(id)).url;
    const changes = isNew ? { ...patch, url: this.urls.normalized(patch.url ?? '') } : patch;
    const updated = await this.webhooks.update(id, changes, conditionsOf(request).allowVersionOf(id));
    void reply.header('ETag', etagOf(updated.webhook));
    return toWebhookResponse(updated);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a webhook',
    description: 'Deletes the webhook with all of its deliveries.',
  })
  @ApiNoContentResponse({ description: 'Webhook deleted.' })
  @Fails(webhookNotFound)
  @ConditionalChange()
  async deleteWebhook(@Param() { id }: IdParams, @Req() request: FastifyRequest): Promise<void> {
    await this.webhooks.delete(id, conditionsOf(request).allowVersionOf(id));
  }

  @Post('rotate-secret')
  @HttpCode(200)
  @ApiOperation({
    summary: "Replace a webhook's secret",
    description:
      'Creates a new secret. For 24 hours, what is sent has a signature of each, so that you can replace the secret in ' +
      'your server in the meantime.',
  })
  @ApiOkResponse({
    type: WebhookWithSecretResponse,
    description: 'The webhook with its new secret, which is shown only once.',
    ...ETAG,
  })
  @Fails(webhookNotFound)
  @Idempotent()
  async rotateWebhookSecret(
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecretResponse> {
    const rotated = await this.webhooks.rotateSecret(id);
    void reply.header('ETag', etagOf(rotated.webhook));
    return toResponseWithSecret(rotated);
  }
}
