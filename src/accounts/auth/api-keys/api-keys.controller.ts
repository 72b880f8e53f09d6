import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  conditionsOf,
  CursorQuery,
  Cursors,
  defineTag,
  Fails,
  Idempotent,
  IdParams,
  instantOf,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import { Clock } from '#libs/clock';
import { declaredPermissions, PermissionLookup, type SessionPrincipal } from '#libs/permissions';
import { invalidInput } from '#libs/problem';
import { CallerDevice } from '../sessions/device.js';
import type { Device } from '../sessions/session-issuer.js';
import { exceedsYourPermissions } from '../permissions/permission.errors.js';
import {
  ApiKeyList,
  CreateApiKeyRequest,
  CreatedApiKeyResponse,
  toApiKeyResponse,
  toCreatedResponse,
} from './api-keys.dto.js';
import { apiKeyNotFound, tooManyApiKeys } from './api-keys.errors.js';
import { ApiKeysService } from './api-keys.service.js';

const ApiKeysTag = defineTag('api-keys', 'Let servers act on your behalf');

@ApiKeysTag()
@Requires()
@Controller({ path: 'auth/api-keys', version: [...API_VERSIONS] })
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeysService,
    private readonly permissions: PermissionLookup,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List your API keys',
    description: 'Returns your API keys, newest first, without the keys themselves.',
  })
  @ApiOkResponse({ type: ApiKeyList, description: 'A page of API keys.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listApiKeys(
    @Caller() { userId }: SessionPrincipal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyList> {
    const list = `api-keys:${userId}`;
    const slice = await this.keys.list(userId, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toApiKeyResponse);
  }

  @Post()
  @Requires(null, { recent: true })
  @ApiOperation({
    summary: 'Create an API key',
    description:
      'Creates a key that a server sends as a bearer token to act on your behalf. The key has the ' +
      '`permissions` you list, as long as you have them yourself, and can read almost everything that requires no ' +
      "permission, such as your profile, but not exports of your account. It doesn't work under `/auth`. You get an " +
      'email about the new key.',
  })
  @ApiCreatedResponse({
    type: CreatedApiKeyResponse,
    description: 'API key created. The key is shown only once.',
  })
  @Fails(tooManyApiKeys, exceedsYourPermissions)
  @Idempotent()
  async createApiKey(
    @Caller() caller: SessionPrincipal,
    @Body() { name, permissions, rateLimit = null, expiresAt }: CreateApiKeyRequest,
    @CallerDevice() device: Device,
  ): Promise<CreatedApiKeyResponse> {
    const end = instantOf(expiresAt ?? undefined) ?? null;
    if (end && end <= this.clock.now()) {
      throw invalidInput({
        errors: [{ pointer: '/expiresAt', code: 'in-the-past', message: 'must be in the future' }],
      });
    }
    await this.requireHaving(caller, permissions);
    const created = { name, permissions, rateLimit, expiresAt: end };
    return toCreatedResponse(await this.keys.create(caller, created, device));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key', description: 'The key stops working within a second.' })
  @ApiNoContentResponse({ description: 'API key revoked.' })
  @Fails(apiKeyNotFound)
  @ConditionalChange()
  async revokeApiKey(
    @Caller() caller: SessionPrincipal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const conditions = conditionsOf(request);
    // API keys have no versions.
    await this.keys.revoke(caller, id, () => conditions.allow(null));
  }

  /** A key that could do nothing would only puzzle its owner. What it may do is decided anew whenever it's used. */
  private async requireHaving(caller: SessionPrincipal, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const permission = declaredPermissions().get(name);
      if (permission && !(await this.permissions.grants(caller, permission))) {
        throw exceedsYourPermissions();
      }
    }
  }
}
