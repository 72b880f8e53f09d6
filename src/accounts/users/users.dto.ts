import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ObjectField } from '#libs/api';
import type { Profile } from './profile.js';
import {
  AvatarUrlField,
  DisplayNameField,
  LocaleField,
  SignInNotificationsField,
  TimezoneField,
} from './profile.fields.js';
import { METADATA_BYTES } from './profile-patch.js';
import { USER_STATUSES } from './user.entity.js';

@ApiSchema({ name: 'User' })
export class UserResponse {
  @ApiProperty({
    type: String,
    format: 'uuid',
    example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
    description: 'A UUIDv7.',
  })
  id!: string;

  @ApiProperty({
    type: String,
    format: 'idn-email',
    example: 'ada@acme.com',
    description: 'The email address as the user entered it.',
  })
  email!: string;

  @ApiProperty({
    type: Boolean,
    example: true,
    description: 'Whether the email address has been verified.',
  })
  emailVerified!: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'Ada', description: 'The name to display.' })
  displayName!: string | null;

  @ApiProperty({
    type: String,
    example: 'en',
    description: 'The language of emails, as a BCP 47 tag.',
  })
  locale!: string;

  @ApiProperty({ type: String, example: 'Europe/London', description: 'The time zone, as an IANA name.' })
  timezone!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    example: 'https://acme.com/ada.png',
    description: 'The https URL of a profile picture.',
  })
  avatarUrl!: string | null;

  @ApiProperty({
    type: Boolean,
    example: true,
    description: 'Whether the user is emailed about sign-ins on new devices.',
  })
  signInNotifications!: boolean;

  @ApiProperty({
    type: [String],
    maxItems: 100,
    example: ['user'],
    description: "The user's roles, which grant permissions.",
  })
  roles!: string[];

  @ApiProperty({
    type: String,
    enum: [...USER_STATUSES],
    example: 'active',
    description: "`active` or `suspended`. Suspended users can't sign in.",
  })
  status!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { plan: 'trial' },
    description: 'Any data that your product stores with the user. The user can change it.',
  })
  metadata!: Readonly<Record<string, unknown>>;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { tier: 'gold' },
    description:
      'Data that your product bases decisions on, such as a plan. Only administrators can change it.',
  })
  appMetadata!: Readonly<Record<string, unknown>>;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the account was created, in UTC.' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the account last changed, in UTC.' })
  updatedAt!: string;
}

const responses = new WeakMap<Profile, UserResponse>();

/** Converts a profile to its response. Cached profiles share one response. */
export function toUserResponse(profile: Profile): UserResponse {
  const cached = responses.get(profile);
  if (cached) {
    return cached;
  }
  const { version: _version, createdAt, updatedAt, roles, ...members } = profile;
  const response = {
    ...members,
    roles: [...roles],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
  responses.set(profile, response);
  return response;
}

/** JSON Merge Patch (RFC 7396): omitted fields stay the same, null removes. */
export class UpdateProfileRequest {
  @DisplayNameField()
  displayName?: string | null;

  @LocaleField({ nullable: true })
  locale?: string | null;

  @TimezoneField({ nullable: true })
  timezone?: string | null;

  @AvatarUrlField()
  avatarUrl?: string | null;

  @SignInNotificationsField()
  signInNotifications?: boolean | null;

  @ObjectField({
    description: 'Merged into the current metadata, key by key. Null clears all of it.',
    example: { plan: 'trial' },
    maxBytes: METADATA_BYTES,
    optional: true,
    nullable: true,
  })
  metadata?: Record<string, unknown> | null;
}
