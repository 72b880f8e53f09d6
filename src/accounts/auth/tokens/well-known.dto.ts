import { ApiProperty } from '@nestjs/swagger';
import type { JWK } from 'jose';

/** RFC 7517. */
class Jwk {
  @ApiProperty({ type: String, description: 'The type of key. Always `EC`.', example: 'EC' })
  kty!: string;

  @ApiProperty({ type: String, description: 'The curve. Always `P-256`.', example: 'P-256' })
  crv!: string;

  @ApiProperty({ type: String, description: 'The x coordinate, in base64url.' })
  x!: string;

  @ApiProperty({ type: String, description: 'The y coordinate, in base64url.' })
  y!: string;

  @ApiProperty({ type: String, description: 'The ID of the key, as in the header of access tokens.' })
  kid!: string;

  @ApiProperty({ type: String, description: 'The algorithm. Always `ES256`.', example: 'ES256' })
  alg!: string;

  @ApiProperty({ type: String, description: 'What the key is for. Always `sig`.', example: 'sig' })
  use!: string;
}

/** RFC 7517, section 5. */
export class Jwks {
  @ApiProperty({
    type: [Jwk],
    maxItems: 100,
    description: 'The keys. Any of them may have signed an access token.',
  })
  keys!: JWK[];
}

/** RFC 8414, section 2. */
export class ServerMetadata {
  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'The issuer of access tokens: their `iss` claim.',
  })
  issuer!: string;

  @ApiProperty({ type: String, format: 'uri', description: 'The URL of the public keys.' })
  jwks_uri!: string;

  @ApiProperty({ type: String, format: 'uri', description: 'The URL of the API documentation.' })
  service_documentation!: string;

  @ApiProperty({ type: [String], maxItems: 100, description: 'Empty: tokens are issued under `/auth`.' })
  response_types_supported!: string[];

  @ApiProperty({ type: [String], maxItems: 100, description: 'Empty: tokens are issued under `/auth`.' })
  grant_types_supported!: string[];
}
