import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, CursorQuery, EnumField, EnumQuery, InstantField, StringField } from '#libs/api';
import { parseAddress, parseNetwork, textOf } from '#libs/networks';
import { IP_RULE_ACTIONS, type IpRule, type IpRuleAction } from './ip-rule.entity.js';

const REASON_MAX_LENGTH = 200;
const SOURCE_MAX_LENGTH = 64;
/** Of the longest address, an IPv4-mapped one, with its prefix. */
const CIDR_MAX_LENGTH = 64;

export class IpRulesQuery extends CursorQuery {
  @EnumQuery({ description: 'Only rules with this action.', values: IP_RULE_ACTIONS })
  action?: IpRuleAction;

  @StringField({
    description: 'Only rules from this source: `admin`, `automatic`, or the name of a list.',
    example: 'admin',
    minLength: 1,
    maxLength: SOURCE_MAX_LENGTH,
    optional: true,
  })
  source?: string;

  @StringField({
    description:
      'Only rules whose network contains this IP address. The one with the longest prefix decides.',
    example: '203.0.113.8',
    minLength: 1,
    maxLength: CIDR_MAX_LENGTH,
    optional: true,
    rule: {
      code: 'invalid-address',
      test: (text) => parseAddress(text) !== undefined,
      message: 'must be an IPv4 or IPv6 address',
    },
  })
  address?: string;
}

export class AddIpRuleRequest {
  @StringField({
    description: 'An IPv4 or IPv6 address, or a CIDR block. No bits may be set after the prefix.',
    example: '203.0.113.0/24',
    minLength: 1,
    maxLength: CIDR_MAX_LENGTH,
  })
  cidr!: string;

  @EnumField({
    description: 'Whether to refuse requests from it, or to accept them.',
    values: IP_RULE_ACTIONS,
  })
  action!: IpRuleAction;

  @StringField({
    description: 'Why, for other administrators.',
    example: 'Scrapes our users',
    maxLength: REASON_MAX_LENGTH,
    optional: true,
    nullable: true,
  })
  reason?: string | null;

  @InstantField({
    description: 'When the rule ends by itself. Defaults to never.',
    example: '2027-01-01T00:00:00Z',
    optional: true,
    nullable: true,
  })
  expiresAt?: string | null;
}

@ApiSchema({ name: 'IpRule' })
export class IpRuleResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({
    type: String,
    example: '203.0.113.0/24',
    description: 'The CIDR block in its one spelling. A single address has the prefix /32, or /128 for IPv6.',
  })
  cidr!: string;

  @ApiProperty({ enum: IP_RULE_ACTIONS, description: 'Whether requests from it are refused or accepted.' })
  action!: IpRuleAction;

  @ApiProperty({ type: String, nullable: true, example: 'Scrapes our users', description: 'Why.' })
  reason!: string | null;

  @ApiProperty({
    type: String,
    example: 'admin',
    description:
      '`admin` if an administrator added it, `automatic` for a temporary ban, otherwise the name of its list.',
  })
  source!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The ID of the user who added it.',
  })
  author!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when, in UTC.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it ends by itself, in UTC. Null for never.',
  })
  expiresAt!: string | null;
}

export class IpRulePage {
  @ApiProperty({ type: [IpRuleResponse], maxItems: 100 })
  items!: IpRuleResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toIpRuleResponse(rule: IpRule): IpRuleResponse {
  const { id, cidr, action, reason, source, authorId, createdAt, expiresAt } = rule;
  return {
    id,
    // PostgreSQL spells some IPv6 addresses differently.
    cidr: textOf(parseNetwork(cidr)),
    action,
    reason: reason ?? null,
    source,
    author: authorId ?? null,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
