import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage } from '#libs/api';
import { UserResponse } from '../../users/index.js';

@ApiSchema({ name: 'Session' })
export class SessionResponse {
  @ApiProperty({ type: String, description: 'A JWT (RFC 9068), to be sent as `Authorization: Bearer`.' })
  accessToken!: string;

  @ApiProperty({
    type: String,
    enum: ['Bearer'],
    example: 'Bearer',
    description: 'How the access token is sent.',
  })
  tokenType!: 'Bearer';

  @ApiProperty({ type: 'integer', example: 600, description: 'Seconds until the access token expires.' })
  expiresIn!: number;

  @ApiProperty({ type: String, description: 'Opaque; trades for the next session once.' })
  refreshToken!: string;

  @ApiProperty({ type: UserResponse, description: 'Who is signed in.' })
  user!: UserResponse;
}

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
