import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalGet,
  CursorQuery,
  Cursors,
  etagOf,
  Fails,
  Idempotent,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
  unlessKnown,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { WebhookUrls } from './webhook-urls.js';
import {
  CreateWebhookRequest,
  toResponseWithSecret,
  toWebhookResponse,
  WebhookList,
  WebhookResponse,
  WebhookWithSecretResponse,
} from './webhooks.dto.js';
import { tooManyWebhooks, webhookNotFound } from './webhooks.errors.js';
import { readWebhooks, writeWebhooks } from './webhooks.permissions.js';
import { WebhooksService } from './webhooks.service.js';
import { WebhooksTag } from './webhooks.tag.js';

const LIST = 'webhooks';
const ETAG = { headers: responseHeaders('ETag') };

@WebhooksTag()
@Controller({ path: 'webhooks', version: [...API_VERSIONS] })
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly urls: WebhookUrls,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readWebhooks)
  @ApiOperation({ summary: 'List webhooks', description: 'Returns webhooks, newest first.' })
  @ApiOkResponse({ type: WebhookList, description: 'A page of webhooks.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listWebhooks(
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookList> {
    const slice = await this.webhooks.list(this.cursors.read(query, LIST), query.total);
    return this.cursors.respond(request, reply, { slice, list: LIST }, toWebhookResponse);
  }

  @Post()
  @Requires(writeWebhooks, { recent: true })
  @ApiOperation({
    summary: 'Create a webhook',
    description:
      'Sends events to a URL of yours, signed as Standard Webhooks defines it. An event arrives at least once: its ' +
      '`webhook-id` is the same each time. Answer with a 2xx status within 15 seconds; otherwise, it is sent again for ' +
      'two days, with growing delays.',
  })
  @ApiCreatedResponse({
    type: WebhookWithSecretResponse,
    description: 'Webhook created. The secret is shown only once.',
    headers: responseHeaders('ETag', 'Location'),
  })
  @Fails(tooManyWebhooks)
  @Idempotent()
  async createWebhook(
    @Caller() { userId }: Principal,
    @Body() { url, ordering, events, description }: CreateWebhookRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecretResponse> {
    const created = await this.webhooks.create(userId, {
      url: this.urls.normalized(url),
      events,
      description: description ?? null,
      ordering,
    });
    const { id } = created.webhook;
    void reply.headers({ etag: etagOf(created.webhook), location: `${request.url.split('?', 1)[0]}/${id}` });
    return toResponseWithSecret(created);
  }

  @Get(':id')
  @Requires(readWebhooks)
  @ApiOperation({ summary: 'Get a webhook', description: 'Returns a webhook, without its secret.' })
  @ApiOkResponse({ type: WebhookResponse, description: 'The webhook.', ...ETAG })
  @ConditionalGet()
  @Fails(webhookNotFound)
  async getWebhook(
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookResponse | undefined> {
    const found = await this.webhooks.get(id);
    return unlessKnown(request, reply, found.webhook, () => toWebhookResponse(found));
  }
}
