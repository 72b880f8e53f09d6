import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  ConditionalChange,
  conditionsOf,
  CursorQuery,
  Cursors,
  Fails,
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { deviceOf } from '../sessions/device.js';
import { lastSignInMethod } from '../sign-in/sign-in.errors.js';
import {
  PasskeyList,
  PasskeyResponse,
  presentPasskey,
  RenamePasskeyRequest,
  toPasskeyResponse,
} from './passkeys.dto.js';
import { passkeyNotFound } from './passkeys.errors.js';
import { PasskeysService } from './passkeys.service.js';
import { PasskeysTag } from './passkeys.tag.js';

@PasskeysTag()
@Requires()
@Controller({ path: 'auth/passkeys', version: [...API_VERSIONS] })
export class PasskeysController {
  constructor(
    private readonly passkeys: PasskeysService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List your passkeys', description: 'Returns your passkeys, newest first.' })
  @ApiOkResponse({ type: PasskeyList, description: 'A page of passkeys.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listPasskeys(
    @Caller() { userId }: SessionPrincipal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyList> {
    const list = `passkeys:${userId}`;
    const slice = await this.passkeys.list(userId, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toPasskeyResponse);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Rename a passkey', description: 'Only you can see the name.' })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: RenamePasskeyRequest })
  @ApiOkResponse({
    type: PasskeyResponse,
    description: 'The renamed passkey.',
    headers: responseHeaders('ETag'),
  })
  @Fails(passkeyNotFound)
  @ConditionalChange()
  async renamePasskey(
    @Caller() caller: SessionPrincipal,
    @Param() { id }: IdParams,
    @Body() { name }: RenamePasskeyRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyResponse> {
    const isExpected = conditionsOf(request).allowVersionOf(id);
    return presentPasskey(await this.passkeys.rename(caller, id, name, isExpected), reply);
  }

  @Delete(':id')
  @Requires(null, { recent: true })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a passkey',
    description:
      'The passkey can no longer be used to sign in, but it stays on the device until you delete it there.',
  })
  @ApiNoContentResponse({ description: 'Passkey removed.' })
  @Fails(passkeyNotFound, lastSignInMethod)
  @ConditionalChange()
  async removePasskey(
    @Caller() caller: SessionPrincipal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const isExpected = conditionsOf(request).allowVersionOf(id);
    await this.passkeys.remove(caller, id, isExpected, deviceOf(request));
  }
}
