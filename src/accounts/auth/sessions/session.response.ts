import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { toUserResponse, UserResponse } from '../../users/http.js';
import type { SessionGrant } from './session-grant.js';

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

export function toSessionResponse({ user, ...tokens }: SessionGrant): SessionResponse {
  return { ...tokens, tokenType: 'Bearer', user: toUserResponse(user) };
}
