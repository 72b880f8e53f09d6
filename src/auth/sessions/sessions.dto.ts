import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage } from '#libs/http';
import { UserResponse } from '../../users/index.js';

@ApiSchema({ name: 'Session' })
export class SessionResponse {
  @ApiProperty({ type: String, description: 'A JWT (RFC 9068). Send it as `Authorization: Bearer`.' })
  accessToken!: string;

  @ApiProperty({
    type: String,
    enum: ['Bearer'],
    example: 'Bearer',
    description: 'The type of the access token.',
  })
  tokenType!: 'Bearer';

  @ApiProperty({ type: 'integer', example: 600, description: 'Seconds until the access token expires.' })
  expiresIn!: number;

  @ApiProperty({ type: String, description: 'An opaque token that you can exchange once for new tokens.' })
  refreshToken!: string;

  @ApiProperty({ type: UserResponse, description: 'The signed-in user.' })
  user!: UserResponse;
}

@ApiSchema({ name: 'Device' })
export class DeviceResponse {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The ID of the session, which is the `sid` claim of its access tokens.',
  })
  id!: string;

  @ApiProperty({ type: Boolean, description: 'Whether this is the session you are using now.' })
  current!: boolean;

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
    description: 'When the session ends unless it is refreshed.',
  })
  expiresAt!: string;
}

export class DeviceList {
  @ApiProperty({ type: [DeviceResponse] })
  items!: DeviceResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}
