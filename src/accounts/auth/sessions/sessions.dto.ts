import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage } from '#libs/api';
import { presentDeviceName } from './device-name.js';
import type { Session } from './session.entity.js';

@ApiSchema({ name: 'Device' })
export class DeviceResponse {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The ID of the session, which is the `sid` claim of its access tokens.',
  })
  id!: string;

  @ApiProperty({ type: Boolean, description: "Whether this is the session you're using now." })
  current!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 64,
    example: 'Firefox on Linux',
    description:
      'A readable name for the device, in English, derived from its `userAgent`. `Unknown device` if the ' +
      "`userAgent` doesn't identify it.",
  })
  deviceName!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Mozilla/5.0',
    description: 'The `User-Agent` of the device when it signed in.',
  })
  userAgent!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '203.0.113.7',
    description: 'The IP address the device signed in from.',
  })
  ipAddress!: string | null;

  @ApiProperty({
    type: [String],
    maxItems: 10,
    example: ['pwd'],
    description:
      'The authentication methods used in this session, as in the `amr` claim of its access tokens. `pwd` is a ' +
      'password, `otp` a one-time code, `pop` a passkey, and `mfa` more than one factor (RFC 8176). `fed`, ' +
      "which isn't in the RFC, is a sign-in with a provider.",
  })
  methods!: string[];

  @ApiProperty({ type: String, format: 'date-time', description: 'When the device signed in.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When the device last signed in or refreshed its session.',
  })
  lastUsedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: "When the session ends, unless it's refreshed.",
  })
  expiresAt!: string;
}

export class DeviceList {
  @ApiProperty({ type: [DeviceResponse], maxItems: 100 })
  items!: DeviceResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

/** @param currentId the ID of the request's session, if it has one */
export function toDevice(session: Session, currentId?: string): DeviceResponse {
  return {
    id: session.id,
    current: session.id === currentId,
    deviceName: session.userAgent ? presentDeviceName(session.userAgent) : null,
    userAgent: session.userAgent ?? null,
    ipAddress: session.ipAddress ?? null,
    methods: [...session.methods],
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.rotatedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
  };
}
