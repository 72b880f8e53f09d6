import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage } from '#libs/api';
import type { Session } from './session.entity.js';

@ApiSchema({ name: 'Device' })
export class DeviceResponse {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The id of the session; `sid` in its access tokens.',
  })
  id!: string;

  @ApiProperty({ type: Boolean, description: 'Whether this is the session of the request.' })
  current!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Mozilla/5.0',
    description: 'What the device called itself.',
  })
  userAgent!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '203.0.113.7',
    description: 'Where it signed in from.',
  })
  ipAddress!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it signed in.' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it last signed in or refreshed.' })
  lastUsedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it ends if it does not refresh.' })
  expiresAt!: string;
}

export class DeviceList {
  @ApiProperty({ type: [DeviceResponse] })
  items!: DeviceResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

/** @param currentId the session of the request */
export function toDevice(session: Session, currentId: string): DeviceResponse {
  return {
    id: session.id,
    current: session.id === currentId,
    userAgent: session.userAgent ?? null,
    ipAddress: session.ipAddress ?? null,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.rotatedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
  };
}
