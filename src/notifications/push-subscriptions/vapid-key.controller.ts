import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { VapidPublicKeyResponse } from './push-subscriptions.dto.js';
import { pushNotConfigured } from './push-subscriptions.errors.js';
import { PushSubscriptionsService } from './push-subscriptions.service.js';
import { PushSubscriptionsTag } from './push-subscriptions.tag.js';

@PushSubscriptionsTag()
@Public()
@Controller({ path: 'push', version: [...API_VERSIONS] })
export class VapidKeyController {
  constructor(private readonly subscriptions: PushSubscriptionsService) {}

  @Get('vapid-public-key')
  @ApiOperation({
    summary: 'Get the public key of push notifications',
    description: 'Returns the `applicationServerKey` that browsers subscribe with (VAPID, RFC 8292).',
  })
  @ApiOkResponse({ type: VapidPublicKeyResponse, description: 'The public key.' })
  @Fails(pushNotConfigured)
  getVapidPublicKey(): VapidPublicKeyResponse {
    return { publicKey: this.subscriptions.publicKey() };
  }
}
