import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage, StringField } from '#libs/api';
import { ADMIN_SOURCE, AUTOMATIC_SOURCE } from '../ip-rule.entity.js';
import type { IpRuleListSummary } from './ip-rule-lists.repository.js';

const NAME_MAX_LENGTH = 64;
/** A rule's source is the name of its list, or one of these two. */
const NAME = new RegExp(`^(?!(?:${ADMIN_SOURCE}|${AUTOMATIC_SOURCE})$)[a-z][a-z0-9-]*$`);

export class IpRuleListParams {
  @StringField({
    description: 'The name of the list: lowercase letters, digits and `-`. Not `admin` or `automatic`.',
    example: 'spamhaus-drop',
    minLength: 1,
    maxLength: NAME_MAX_LENGTH,
    rule: {
      code: 'invalid-list-name',
      pattern: NAME,
      message:
        'must consist of lowercase letters, digits and -, start with a letter, and not be admin or automatic',
    },
  })
  name!: string;
}

@ApiSchema({ name: 'IpRuleList' })
export class IpRuleListResponse {
  @ApiProperty({
    type: String,
    maxLength: NAME_MAX_LENGTH,
    example: 'spamhaus-drop',
    description: 'The unique name. It is the `source` of its rules.',
  })
  name!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 1000,
    description: 'How many networks it denies.',
  })
  networks!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When a network was last added to it, in UTC.',
  })
  changedAt!: string;
}

export class IpRuleListPage {
  @ApiProperty({ type: [IpRuleListResponse], maxItems: 100 })
  items!: IpRuleListResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toIpRuleListResponse({ name, networks, changedAt }: IpRuleListSummary): IpRuleListResponse {
  return { name, networks, changedAt: changedAt.toISOString() };
}
