import { Controller, Delete, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  CursorQuery,
  Fails,
  IdParams,
  invalidCursor,
  linkCursors,
  type Principal,
  Requires,
} from '#libs/http';
import { sessionNotFound } from '../auth.errors.js';
import { DeviceList } from './sessions.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('sessions')
@Requires()
@Controller({ path: 'auth/sessions', version: [...API_VERSIONS] })
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiOperation({
    summary: 'List your signed-in devices',
    description: 'Returns your active sessions, newest first.',
  })
  @ApiOkResponse({ type: DeviceList, description: 'A page of devices.' })
  @Fails(invalidCursor)
  async listSessions(
    @Caller() caller: Principal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeviceList> {
    const list = await this.sessions.list(caller, query);
    linkCursors(request, reply, list.page);
    return list;
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out a device', description: 'Ends one of your sessions.' })
  @ApiNoContentResponse({ description: 'Device signed out.' })
  @Fails(sessionNotFound)
  async endSession(@Caller() caller: Principal, @Param() { id }: IdParams): Promise<void> {
    await this.sessions.end(caller, id);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Sign out all other devices',
    description: 'Ends all of your sessions except the current one.',
  })
  @ApiNoContentResponse({ description: 'All other devices signed out.' })
  async endOtherSessions(@Caller() caller: Principal): Promise<void> {
    await this.sessions.endOthers(caller);
  }
}
