import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AcceptsStream, API_VERSIONS, Fails, Requires, StreamedBody } from '#libs/api';
import { HasOwnSlots } from '#libs/limits';
import { payloadTooLarge } from '#libs/problem';
import { exceedsYourPermissions } from '../../auth/index.js';
import { administratorOf } from '../administrator-of.js';
import { invalidIpRuleList, ipRuleListNotFound, ownAddress, tooManyIpRuleLists } from '../ip-rules.errors.js';
import { readIpRules, writeIpRules } from '../ip-rules.permissions.js';
import { IpRulesTag } from '../ip-rules.tag.js';
import {
  IpRuleListPage,
  IpRuleListParams,
  IpRuleListResponse,
  toIpRuleListResponse,
} from './ip-rule-lists.dto.js';
import { IpRuleListsService } from './ip-rule-lists.service.js';
import { readList } from './list-file.js';

const MAX_BYTES = 8 * 1024 * 1024;

@IpRulesTag()
@Controller({ path: 'ip-rules/lists', version: [...API_VERSIONS] })
export class IpRuleListsController {
  constructor(private readonly lists: IpRuleListsService) {}

  @Get()
  @Requires(readIpRules)
  @ApiOperation({
    summary: 'List imported lists',
    description: 'Returns all lists of denied networks, sorted by name, on a single page.',
  })
  @ApiOkResponse({ type: IpRuleListPage, description: 'All lists.' })
  async listIpRuleLists(): Promise<IpRuleListPage> {
    const items = (await this.lists.find()).map(toIpRuleListResponse);
    return { items, page: { nextCursor: null, previousCursor: null } };
  }

  @Put(':name')
  @Requires(writeIpRules, { recent: true })
  @ApiOperation({
    summary: 'Import a list of denied networks',
    description:
      'Denies all networks of the list, and no longer those that an earlier version of it had, all at once. Lists can be ' +
      'written like those of Spamhaus and FireHOL. A rule of an administrator for the same network counts before that of ' +
      'a list. If any line is invalid, nothing changes.',
  })
  @AcceptsStream({
    mediaTypes: ['text/plain'],
    maxBytes: MAX_BYTES,
    description:
      'An IP address or a CIDR block on each line, and comments after `#` or `;`. At most 100,000 lines and 8 MB.',
  })
  @ApiOkResponse({ type: IpRuleListResponse, description: 'The list as it is now.' })
  @Fails(invalidIpRuleList, ownAddress, tooManyIpRuleLists, exceedsYourPermissions)
  @HasOwnSlots()
  async putIpRuleList(
    @Param() { name }: IpRuleListParams,
    @Body() file: StreamedBody,
    @Req() request: FastifyRequest,
  ): Promise<IpRuleListResponse> {
    const networks = await readList(await textOf(file));
    return toIpRuleListResponse(await this.lists.replace(administratorOf(request), name, networks));
  }

  @Delete(':name')
  @HttpCode(204)
  @Requires(writeIpRules, { recent: true })
  @ApiOperation({
    summary: 'Remove a list',
    description: 'Its networks are no longer denied, unless by other rules.',
  })
  @ApiNoContentResponse({ description: 'List removed.' })
  @Fails(ipRuleListNotFound, exceedsYourPermissions)
  async removeIpRuleList(@Param() { name }: IpRuleListParams, @Req() request: FastifyRequest): Promise<void> {
    await this.lists.remove(administratorOf(request), name);
  }
}

/** @throws Problem `payload-too-large` */
async function textOf(file: StreamedBody): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      throw payloadTooLarge({ detail: 'A list can have at most 8 MB.' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
