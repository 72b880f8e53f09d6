import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Cursors, Fails, instantOf, invalidCursor, Requires, responseHeaders } from '#libs/api';
import { AuditEventList, AuditQuery, toAuditEventResponse } from './audit.dto.js';
import { AuditLog } from './audit-log.js';
import { readAudit } from './audit.permissions.js';
import { AuditTag } from './audit.tag.js';

@AuditTag()
@Controller({ path: 'audit-events', version: [...API_VERSIONS] })
export class AuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires(readAudit)
  @ApiOperation({
    summary: 'List audit events',
    description:
      'Returns what happened to accounts and who did it, newest first. Events about a deleted account stay, without ' +
      'their IP address, user agent, reason and changes.',
  })
  @ApiOkResponse({ type: AuditEventList, description: 'A page of events.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listAuditEvents(
    @Query() query: AuditQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventList> {
    const { limit: _limit, cursor: _cursor, total, ...given } = query;
    const list = `audit:${JSON.stringify(given)}`;
    const filter = {
      ...given,
      occurredAfter: instantOf(given.occurredAfter),
      occurredBefore: instantOf(given.occurredBefore),
    };
    const slice = await this.log.list(filter, this.cursors.read(query, list), total);
    return this.cursors.respond(request, reply, { slice, list }, toAuditEventResponse);
  }
}
