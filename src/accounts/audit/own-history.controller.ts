import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  API_VERSIONS,
  Caller,
  CursorQuery,
  Cursors,
  Fails,
  invalidCursor,
  Requires,
  responseHeaders,
} from '#libs/api';
import type { Principal } from '#libs/permissions';
import { AuditEventList, toOwnEventResponse } from './audit.dto.js';
import { AuditLog } from './audit-log.js';
import { AuditTag } from './audit.tag.js';

@AuditTag()
@Controller({ path: 'users/me/audit-events', version: [...API_VERSIONS] })
export class OwnHistoryController {
  constructor(
    private readonly log: AuditLog,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires()
  @ApiOperation({
    summary: 'List your audit events',
    description: 'Returns the audit events about you, newest first.',
  })
  @ApiOkResponse({ type: AuditEventList, description: 'A page of events.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listMyAuditEvents(
    @Caller() { userId }: Principal,
    @Query() query: CursorQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventList> {
    const list = `history:${userId}`;
    const page = this.cursors.read(query, list);
    const slice = await this.log.list({ subjectId: userId }, page, query.total);
    return this.cursors.respond(request, reply, { slice, list }, toOwnEventResponse);
  }
}
