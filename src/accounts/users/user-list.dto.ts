import { ApiProperty } from '@nestjs/swagger';
import {
  CursorPage,
  CursorQuery,
  EmailField,
  EnumQuery,
  instantOf,
  InstantQuery,
  IntegerQuery,
  StringField,
} from '#libs/api';
import { DOMAIN_MAX_LENGTH } from '#libs/text';
import { NAME_MAX_LENGTH } from './display-name.js';
import { DOMAIN_RULE, ROLE_MAX_LENGTH } from './search-rules.js';
import { USER_STATUSES } from './user.entity.js';
import { USER_SORTS, type UserSort } from './user.repository.js';
import type { UserSearch } from './user-list.service.js';
import { UserResponse } from './users.dto.js';

export class OffsetQuery {
  @IntegerQuery({ description: 'The page to return, starting at 1.', min: 1, max: 1_000_000, default: 1 })
  page: number = 1;

  @IntegerQuery({ description: 'Maximum number of items to return.', min: 1, max: 100, default: 20 })
  limit: number = 20;
}

class OffsetPage {
  @ApiProperty({ type: 'integer', format: 'int32', example: 1, description: 'The number of this page.' })
  number!: number;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 20,
    description: 'Maximum number of items per page.',
  })
  limit!: number;

  @ApiProperty({ type: 'integer', format: 'int64', example: 1, description: 'Total number of items.' })
  total!: number;
}

export class UserOffsetList {
  @ApiProperty({ type: [UserResponse], maxItems: 100 })
  items!: UserResponse[];

  @ApiProperty({ type: OffsetPage })
  page!: OffsetPage;
}

export class UserCursorList {
  @ApiProperty({ type: [UserResponse], maxItems: 100 })
  items!: UserResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

const EMAIL_MAX_LENGTH = 254;

export class UserListQuery extends CursorQuery {
  @EmailField({ description: 'Only the user with this email address. Case-insensitive.', optional: true })
  email?: string;

  @StringField({
    description:
      "Only users whose email address is at this domain. Case-insensitive. Subdomains aren't included.",
    example: 'acme.com',
    minLength: 1,
    maxLength: DOMAIN_MAX_LENGTH,
    rule: DOMAIN_RULE,
    optional: true,
  })
  emailDomain?: string;

  @EnumQuery({ description: 'Only users with this status.', values: USER_STATUSES })
  status?: (typeof USER_STATUSES)[number];

  @StringField({
    description: 'Only users with this role.',
    example: 'admin',
    minLength: 1,
    maxLength: ROLE_MAX_LENGTH,
    optional: true,
  })
  role?: string;

  @InstantQuery('Only users created at this time or later.')
  createdAfter?: string;

  @InstantQuery('Only users created before this time.')
  createdBefore?: string;

  @StringField({
    description:
      'A full email address or the beginning of a display name. Case-insensitive. Composed and decomposed ' +
      'letters match each other.',
    example: 'ada',
    minLength: 1,
    // Any name can be searched for.
    maxLength: NAME_MAX_LENGTH,
    maxGraphemes: EMAIL_MAX_LENGTH,
    optional: true,
  })
  q?: string;

  @EnumQuery({
    description: 'The sort order. A leading minus means newest first.',
    values: USER_SORTS,
    default: '-createdAt',
  })
  sort: UserSort = '-createdAt';
}

export function searchOf({ createdAfter, createdBefore, ...query }: UserListQuery): UserSearch {
  return {
    ...query,
    createdAfter: instantOf(createdAfter),
    createdBefore: instantOf(createdBefore),
  };
}
