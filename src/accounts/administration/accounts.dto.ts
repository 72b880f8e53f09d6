import { ApiSchema } from '@nestjs/swagger';
import { BooleanField, EmailField, ObjectField, StringField } from '#libs/api';
import { NewPasswordField, RolesField } from '../auth/http.js';
import {
  AvatarUrlField,
  DisplayNameField,
  LocaleField,
  METADATA_BYTES,
  TimezoneField,
  UpdateProfileRequest,
  VISIBLE_NAME,
} from '../users/http.js';

const MERGED = 'Merged into the current data, key by key. Null clears all of it.';

export class CreateUserRequest {
  @EmailField({ description: 'The email address.' })
  email!: string;

  @BooleanField({
    description: 'Whether you know that the address belongs to the user. If not, they have to verify it.',
    example: false,
    optional: true,
  })
  emailVerified?: boolean;

  @DisplayNameField()
  displayName?: string | null;

  @LocaleField({ nullable: false })
  locale?: string;

  @TimezoneField({ nullable: false })
  timezone?: string;

  @AvatarUrlField()
  avatarUrl?: string | null;

  @ObjectField({
    description: 'Any data that your product stores with the user. The user can change it.',
    example: { theme: 'dark' },
    maxBytes: METADATA_BYTES,
    optional: true,
  })
  metadata?: Record<string, unknown>;

  @ObjectField({
    description:
      'Data that your product bases decisions on, such as a plan. Only administrators can change it.',
    example: { tier: 'gold' },
    maxBytes: METADATA_BYTES,
    optional: true,
  })
  appMetadata?: Record<string, unknown>;

  @RolesField({ optional: true })
  roles?: string[];

  @NewPasswordField({ optional: true })
  password?: string;

  @BooleanField({
    description:
      'Whether to email the user a link to choose a password. The link is valid for 7 days and also verifies ' +
      "the address. Can't be combined with `password`.",
    example: true,
    optional: true,
  })
  invite?: boolean;
}

/** JSON Merge Patch (RFC 7396): omitted fields stay the same, null removes. */
@ApiSchema({ name: 'UpdateUserRequest' })
export class UpdateUserRequest extends UpdateProfileRequest {
  @ObjectField({
    description: `Data that your product bases decisions on, such as a plan. ${MERGED}`,
    example: { tier: 'gold' },
    maxBytes: METADATA_BYTES,
    optional: true,
    nullable: true,
  })
  appMetadata?: Record<string, unknown> | null;
}

export class SetRolesRequest {
  @RolesField()
  roles!: string[];
}

export class ImpersonateRequest {
  @StringField({
    description: 'Why you are acting as the user. The user can read this.',
    example: 'Ticket 4711: the invoice list is empty',
    minLength: 1,
    maxLength: 256,
    ...VISIBLE_NAME,
  })
  reason!: string;
}
