import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import type { JWK } from 'jose';
import { defineTag, Public } from '#libs/api';
import { publicUrlOf } from '#libs/http';
import { AppConfig } from '../../../../config/index.js';
import { SigningKeys } from './signing-keys.js';
import { Jwks, ServerMetadata } from './well-known.dto.js';

const KeysTag = defineTag('keys', 'Public keys and metadata for verifying access tokens');

/** Short enough that everyone knows a new key in time, because it's published before it signs. */
const CACHE = 'public, max-age=300';

@KeysTag()
@Public()
@SkipThrottle()
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class WellKnownController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly config: AppConfig,
  ) {}

  @Get('jwks.json')
  @Header('Cache-Control', CACHE)
  @ApiOperation({
    summary: 'Get the public keys',
    description: 'Returns the JWK Set (RFC 7517) for verifying access tokens. All keys are for ES256.',
  })
  @ApiOkResponse({ type: Jwks, description: 'The public keys.' })
  getKeys(): { keys: JWK[] } {
    return this.keys.jwks;
  }

  @Get('oauth-authorization-server')
  @Header('Cache-Control', CACHE)
  @ApiOperation({
    summary: 'Get the issuer metadata',
    description: 'Returns the issuer and the location of its public keys, for API gateways (RFC 8414).',
  })
  @ApiOkResponse({ type: ServerMetadata, description: 'The metadata.' })
  getMetadata(): ServerMetadata {
    const { publicUrl } = this.config;
    return {
      issuer: publicUrl,
      jwks_uri: publicUrlOf(publicUrl, '/.well-known/jwks.json'),
      service_documentation: publicUrlOf(publicUrl, '/docs'),
      // Tokens are issued by /auth, not by an OAuth endpoint, but RFC 8414 requires this field.
      response_types_supported: [],
      grant_types_supported: [],
    };
  }
}
