import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AcceptsForm, API_VERSIONS, Fails, Public, responseHeaders } from '#libs/api';
import { AuthTag } from '../openapi/auth.tag.js';
import { deviceOf } from '../sessions/device.js';
import { markBrowser, markOf } from './browser-cookie.js';
import { OAuthQuery, ProviderCallback, ProviderList, ProviderParams } from './oauth.dto.js';
import { invalidState, redirectNotAllowed, unknownProvider } from './oauth.errors.js';
import { OAuthSignInService } from './oauth-sign-in.service.js';
import { Providers } from './providers/providers.js';

const REDIRECT = responseHeaders('Location');

@AuthTag()
@Public()
@Controller({ path: 'auth/oauth', version: [...API_VERSIONS] })
export class OAuthController {
  constructor(
    private readonly providers: Providers,
    private readonly signIns: OAuthSignInService,
  ) {}

  @Get('providers')
  @ApiOperation({
    summary: 'List providers',
    description: 'Returns the providers that users can sign in with.',
  })
  @ApiOkResponse({ type: ProviderList, description: 'All providers.' })
  listProviders(): ProviderList {
    return { items: this.providers.all().map(({ name, title }) => ({ name, title })) };
  }

  @Get(':provider')
  @ApiOperation({
    summary: 'Sign in with a provider',
    description:
      'Open this URL in the browser. It redirects to the provider, and from there to `redirectTo` with either ' +
      'a `code` for `POST /auth/oauth/exchange` or an `error`, which is a problem code. The browser must ' +
      'accept cookies.',
  })
  @ApiResponse({
    status: 302,
    description: 'Redirects to the provider, or to `redirectTo` with an `error`.',
    headers: REDIRECT,
  })
  @Fails(unknownProvider, redirectNotAllowed, invalidState)
  async startOAuth(
    @Param() { provider }: ProviderParams,
    @Query() { redirectTo, codeChallenge, link }: OAuthQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const browser = markBrowser(request, reply, this.signIns.postsAnswer(provider));
    redirect(reply, await this.signIns.start(provider, { redirectTo, codeChallenge }, browser, link));
  }

  @Get(':provider/callback')
  @ApiOperation({
    summary: "Handle a provider's redirect",
    description:
      'The provider redirects the browser here. Register this URL with the provider: ' +
      '`PUBLIC_URL/v2/auth/oauth/{provider}/callback`.',
  })
  @ApiResponse({
    status: 302,
    description: 'Redirects to `redirectTo` with a `code` or an `error`.',
    headers: REDIRECT,
  })
  @Fails(unknownProvider, redirectNotAllowed, invalidState)
  async finishOAuth(
    @Param() { provider }: ProviderParams,
    @Query() response: ProviderCallback,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    redirect(reply, await this.signIns.finish(provider, response, browserOf(request, false)));
  }

  @Post(':provider/callback')
  @HttpCode(302)
  @AcceptsForm()
  @ApiOperation({
    summary: "Handle a provider's form post",
    description:
      'Same as the GET operation, for providers that post a form instead of redirecting, such as Apple.',
  })
  @ApiResponse({
    status: 302,
    description: 'Redirects to `redirectTo` with a `code` or an `error`.',
    headers: REDIRECT,
  })
  @Fails(unknownProvider, redirectNotAllowed, invalidState)
  async finishPostedOAuth(
    @Param() { provider }: ProviderParams,
    @Body() response: ProviderCallback,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    redirect(reply, await this.signIns.finish(provider, response, browserOf(request, true)));
  }
}

function browserOf(request: FastifyRequest, posted: boolean): Parameters<OAuthSignInService['finish']>[2] {
  return { secret: markOf(request, posted), device: deviceOf(request) };
}

function redirect(reply: FastifyReply, url: string): void {
  void reply.status(302).header('Location', url);
}
