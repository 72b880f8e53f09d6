import { Controller, Delete, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
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
  IdParams,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { sessionNotFound } from './sessions.errors.js';
import { DeviceList, toDevice } from './sessions.dto.js';
import { SessionsService } from './sessions.service.js';

const SessionsTag = defineTag('sessions', "See where you're signed in, and sign out devices");

@SessionsTag()
@Requires()
@Controller({ path: 'auth/sessions', version: [...API_VERSIONS] })
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List your signed-in devices',
    description: 'Returns your active sessions, newest first.',
  })
  @ApiOkResponse({ type: DeviceList, description: 'A page of devices.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listSessions(
    @Caller() caller: SessionPrincipal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeviceList> {
    const list = `sessions:${caller.userId}`;
    const slice = await this.sessions.list(caller.userId, this.cursors.read(query, list), query.total);
    return this.cursors.respond(request, reply, { slice, list }, (session) =>
      toDevice(session, caller.sessionId),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out a device', description: 'Ends one of your sessions.' })
  @ApiNoContentResponse({ description: 'Device signed out.' })
  @Fails(sessionNotFound)
  @ConditionalChange()
  async endSession(
    @Caller() caller: SessionPrincipal,
    @Param() { id }: IdParams,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const conditions = conditionsOf(request);
    // Sessions have no versions.
    await this.sessions.end(caller, id, () => conditions.allow(null));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out all other devices',
    description: 'Ends all of your sessions except the current one.',
  })
  @ApiNoContentResponse({ description: 'All other devices signed out.' })
  async endOtherSessions(@Caller() caller: SessionPrincipal): Promise<void> {
    await this.sessions.endOthers(caller);
  }
}
