import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { toUserResponse, UserResponse } from '../../users/http.js';
import type { SessionGrant } from './session-grant.js';

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

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 600,
    description: 'Seconds until the access token expires.',
  })
  expiresIn!: number;

  @ApiPropertyOptional({
    type: String,
    description:
      'An opaque token that you can exchange once for new tokens. With `Session-Transport: cookie`, it is in a ' +
      'cookie instead.',
  })
  refreshToken?: string;

  @ApiProperty({ type: UserResponse, description: 'The signed-in user.' })
  user!: UserResponse;
}

export function toSessionResponse({ user, ...tokens }: SessionGrant): SessionResponse {
  return { ...tokens, tokenType: 'Bearer', user: toUserResponse(user) };
}
