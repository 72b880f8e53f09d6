import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
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
  DeliveryParams,
  storedStates,
  toDeliveryResponse,
  WebhookDeliveryList,
  WebhookDeliveryQuery,
  WebhookDeliveryResponse,
} from './webhook-deliveries.dto.js';
import { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import { webhookDeliveryNotFound, webhookNotFound } from './webhooks.errors.js';
import { readWebhooks, writeWebhooks } from './webhooks.permissions.js';
import { WebhooksTag } from './webhooks.tag.js';

@WebhooksTag()
@Controller({ path: 'webhooks/:id/deliveries', version: [...API_VERSIONS] })
export class WebhookDeliveriesController {
  constructor(
    private readonly deliveries: WebhookDeliveriesService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readWebhooks)
  @ApiOperation({
    summary: "List a webhook's deliveries",
    description:
      'Returns the events for the webhook of the last 30 days, newest first, with every attempt to deliver them.',
  })
  @ApiOkResponse({
    type: WebhookDeliveryList,
    description: 'A page of deliveries.',
    headers: responseHeaders('Link'),
  })
  @Fails(webhookNotFound, invalidCursor)
  async listWebhookDeliveries(
    @Param() { id: webhook }: IdParams,
    @Query() query: WebhookDeliveryQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookDeliveryList> {
    const { state, type } = query;
    const list = `webhook-deliveries:${JSON.stringify([webhook, state, type])}`;
    const filter = { webhook, states: storedStates(state), type };
    const slice = await this.deliveries.list(filter, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toDeliveryResponse);
  }

  @Post(':deliveryId/replay')
  @HttpCode(202)
  @Requires(writeWebhooks, { recent: true })
  @ApiOperation({
    summary: 'Replay a delivery',
    description:
      'Sends the event again, with the same `webhook-id` and body, even if it was delivered. Does nothing if it is still ' +
      'being delivered.',
  })
  @ApiAcceptedResponse({
    type: WebhookDeliveryResponse,
    description: 'The delivery, which is pending again.',
  })
  @Fails(webhookDeliveryNotFound)
  @Idempotent()
  async replayWebhookDelivery(@Param() { id, deliveryId }: DeliveryParams): Promise<WebhookDeliveryResponse> {
    return toDeliveryResponse(await this.deliveries.replay(id, deliveryId));
  }
}
