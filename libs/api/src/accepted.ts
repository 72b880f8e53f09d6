import { ApiProperty } from '@nestjs/swagger';

/** The body of a 202 that says nothing else, so that every response of a successful request has a type. */
export class Accepted {
  @ApiProperty({ type: String, enum: ['accepted'], description: 'Always `accepted`.' })
  status!: 'accepted';
}

export const ACCEPTED: Accepted = { status: 'accepted' };
