import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
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
import { Clock } from '#libs/clock';
import { parseAddress } from '#libs/networks';
import { exceedsYourPermissions } from '../auth/index.js';
import { administratorOf } from './administrator-of.js';
import { givenRule } from './given-rule.js';
import {
  AddIpRuleRequest,
  IpRulePage,
  IpRuleResponse,
  IpRulesQuery,
  toIpRuleResponse,
} from './ip-rules.dto.js';
import { invalidCidr, ipRuleExists, ipRuleNotFound, ownAddress } from './ip-rules.errors.js';
import { readIpRules, writeIpRules } from './ip-rules.permissions.js';
import { IpRulesService } from './ip-rules.service.js';
import { IpRulesTag } from './ip-rules.tag.js';

@IpRulesTag()
@Controller({ path: 'ip-rules', version: [...API_VERSIONS] })
export class IpRulesController {
  constructor(
    private readonly rules: IpRulesService,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Requires(readIpRules)
  @ApiOperation({
    summary: 'List IP rules',
    description: 'Returns the rules in force, newest first.',
  })
  @ApiOkResponse({ type: IpRulePage, description: 'A page of rules.', headers: responseHeaders('Link') })
  @Fails(invalidCursor)
  async listIpRules(
    @Query() query: IpRulesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IpRulePage> {
    const { action, source, address, total } = query;
    const list = `ip-rules:${JSON.stringify([action, source, address])}`;
    const filter = { action, source, address: address === undefined ? undefined : parseAddress(address) };
    const slice = await this.rules.find(filter, this.cursors.read(query, list), total);
    return this.cursors.respond(request, reply, { slice, list }, toIpRuleResponse);
  }

  @Post()
  @Requires(writeIpRules, { recent: true })
  @ApiOperation({
    summary: 'Deny or allow addresses',
    description:
      'Adds a rule for an IP address or a CIDR block. Of all rules whose block contains an address, the one with the longest ' +
      'prefix decides; without any, the address is allowed. For the same block, a rule of an administrator counts before ' +
      'temporary bans, and these before lists. Denied addresses get a 403 `address-denied` from everything but health ' +
      'probes, on all replicas within a second. You can only deny every address (`0.0.0.0/0`, `::/0`) after you have allowed ' +
      'your own.',
  })
  @ApiCreatedResponse({
    type: IpRuleResponse,
    description: 'Rule added.',
    headers: responseHeaders('Location'),
  })
  @Fails(invalidCidr, ipRuleExists, ownAddress, exceedsYourPermissions)
  @Idempotent()
  async addIpRule(
    @Body() body: AddIpRuleRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IpRuleResponse> {
    const added = await this.rules.add(administratorOf(request), givenRule(body, this.clock.now()));
    void reply.headers({ location: `${request.url.split('?', 1)[0]}/${added.id}` });
    return toIpRuleResponse(added);
  }

  @Get(':id')
  @Requires(readIpRules)
  @ApiOperation({ summary: 'Get an IP rule', description: 'Returns a rule that is in force.' })
  @ApiOkResponse({ type: IpRuleResponse, description: 'The rule.' })
  @Fails(ipRuleNotFound)
  async getIpRule(@Param() { id }: IdParams): Promise<IpRuleResponse> {
    return toIpRuleResponse(await this.rules.get(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires(writeIpRules, { recent: true })
  @ApiOperation({
    summary: 'Remove an IP rule',
    description: 'The rule no longer counts, on all replicas within a second. Also ends a temporary ban.',
  })
  @ApiNoContentResponse({ description: 'Rule removed.' })
  @Fails(ipRuleNotFound, ownAddress, exceedsYourPermissions)
  async removeIpRule(@Param() { id }: IdParams, @Req() request: FastifyRequest): Promise<void> {
    await this.rules.remove(administratorOf(request), id);
  }
}
