import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
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
import { AuthTag } from '../openapi/auth.tag.js';
import { deviceOf } from '../sessions/device.js';
import { lastSignInMethod } from '../sign-in/sign-in.errors.js';
import { IdentityList, LinkStarted, toIdentityResponse } from './identities.dto.js';
import { IdentitiesService } from './identities.service.js';
import { LinkParams, SignInStart } from './oauth.dto.js';
import { identityNotFound, redirectNotAllowed, unknownProvider } from './oauth.errors.js';

@AuthTag()
@Requires()
@Controller({ path: 'auth/identities', version: [...API_VERSIONS] })
export class IdentitiesController {
  constructor(
    private readonly identities: IdentitiesService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List your identities',
    description: 'Returns the provider accounts that you can sign in with, newest first.',
  })
  @ApiOkResponse({
    type: IdentityList,
    description: 'A page of identities.',
    headers: responseHeaders('Link'),
  })
  @Fails(invalidCursor)
  async listIdentities(
    @Caller() { userId }: SessionPrincipal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IdentityList> {
    const list = `identities:${userId}`;
    const slice = await this.identities.list(userId, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, toIdentityResponse);
  }

  // Otherwise, an access token that was stolen would be enough to sign in for ever, and to prove that recently.
  @Post(':id')
  @HttpCode(200)
  @Requires(null, { recent: true })
  @ApiOperation({
    summary: 'Link an identity',
    description:
      'Returns a URL to open in the browser. It redirects to the provider, and from there to `redirectTo` with ' +
      'a `code`. Exchange the code with `POST /auth/oauth/exchange` to link the provider account to yours.',
  })
  @ApiOkResponse({ type: LinkStarted, description: 'The URL to open.' })
  @Fails(unknownProvider, redirectNotAllowed)
  async linkIdentity(
    @Caller() caller: SessionPrincipal,
    @Param() { id: provider }: LinkParams,
    @Body() { redirectTo, codeChallenge }: SignInStart,
  ): Promise<LinkStarted> {
    return { url: await this.identities.startLink(caller, provider, { redirectTo, codeChallenge }) };
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires(null, { recent: true })
  @ApiOperation({
    summary: 'Unlink an identity',
    description: "You can no longer sign in with the identity. Your last way to sign in can't be removed.",
  })
  @ApiNoContentResponse({ description: 'Identity unlinked.' })
  @Fails(identityNotFound, lastSignInMethod)
  @ConditionalChange()
  async unlinkIdentity(
    @Caller() caller: SessionPrincipal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const conditions = conditionsOf(request);
    // Identities have no versions.
    await this.identities.unlink(caller, id, () => conditions.allow(null), deviceOf(request));
  }
}
