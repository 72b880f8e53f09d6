import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { CursorPage } from '#libs/api';
import type { LinkedIdentity } from './identities.service.js';

@ApiSchema({ name: 'Identity' })
export class IdentityResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'The ID of the identity.' })
  id!: string;

  @ApiProperty({ type: String, example: 'google', description: 'The name of the provider.' })
  provider!: string;

  @ApiProperty({ type: String, example: 'Google', description: "The provider's display name." })
  title!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ada@acme.com',
    description: 'The email address that the provider shared when you linked the identity.',
  })
  email!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When you linked the identity.' })
  createdAt!: string;
}

export class IdentityList {
  @ApiProperty({ type: [IdentityResponse], maxItems: 100 })
  items!: IdentityResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export class LinkStarted {
  @ApiProperty({
    type: String,
    format: 'uri',
    description:
      'The URL to open in the browser within ten minutes. It redirects to the provider, and from there to ' +
      '`redirectTo`.',
  })
  url!: string;
}

export function toIdentityResponse({ createdAt, ...identity }: LinkedIdentity): IdentityResponse {
  return { ...identity, createdAt: createdAt.toISOString() };
}
