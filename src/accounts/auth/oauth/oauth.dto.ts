import { ApiProperty } from '@nestjs/swagger';
import { EnumQuery, IgnoresUnknown, StringField } from '#libs/api';
import { REDIRECT_MAX_LENGTH } from './redirect-urls.js';
import { STATE_MAX_LENGTH } from './sign-in-state.js';

/** The SHA-256 of a verifier in base64url (RFC 7636, section 4.2). */
const CHALLENGE = /^[\w-]{43}$/;
/** RFC 7636, section 4.1. */
const VERIFIER = /^[\w.~-]+$/;

export class ProviderParams {
  @StringField({ description: 'The name of the provider.', minLength: 1, maxLength: 32, example: 'google' })
  provider!: string;
}

/** The `{id}` of `/auth/identities/{id}`, which for a POST is a provider: OpenAPI wants one name for both. */
export class LinkParams {
  @StringField({ description: 'The name of the provider.', minLength: 1, maxLength: 32, example: 'google' })
  id!: string;
}

export class ProviderResponse {
  @ApiProperty({ type: String, example: 'google', description: "The provider's name in paths." })
  name!: string;

  @ApiProperty({ type: String, example: 'Google', description: "The provider's name, for a button." })
  title!: string;
}

export class ProviderList {
  @ApiProperty({ type: [ProviderResponse], maxItems: 100 })
  items!: ProviderResponse[];
}

export class SignInStart {
  @StringField({
    description: 'Where to redirect after sign-in. `REDIRECT_URLS` must allow it.',
    minLength: 1,
    maxLength: REDIRECT_MAX_LENGTH,
    example: 'https://app.acme.com/signed-in',
  })
  redirectTo!: string;

  @StringField({
    description: 'The SHA-256 hash of a verifier that you keep, in base64url (RFC 7636, section 4.2).',
    minLength: 43,
    maxLength: 43,
    example: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    rule: {
      code: 'invalid-challenge',
      test: (text) => CHALLENGE.test(text),
      message: 'must be a SHA-256 hash in base64url',
    },
  })
  codeChallenge!: string;

  @EnumQuery({
    description: 'How the challenge was derived. Only `S256` is supported.',
    values: ['S256'],
    optional: false,
  })
  codeChallengeMethod!: string;
}

export class OAuthQuery extends SignInStart {
  @StringField({
    description: "Part of the `url` that `POST /auth/identities/{id}` returns. Don't set it yourself.",
    optional: true,
    minLength: 1,
    maxLength: 2048,
  })
  link?: string;
}

/** Providers may add parameters (RFC 6749, section 4.1.2). Together, they fit into a request's headers. */
@IgnoresUnknown()
export class ProviderCallback {
  @StringField({
    description: 'The `state` we sent to the provider.',
    optional: true,
    maxLength: STATE_MAX_LENGTH,
  })
  state?: string;

  @StringField({ description: "The provider's authorization code.", optional: true, maxLength: 4096 })
  code?: string;

  @StringField({ description: "The provider's error, if there is no code.", optional: true, maxLength: 512 })
  error?: string;

  @StringField({ description: 'The issuer (RFC 9207).', optional: true, maxLength: 512 })
  iss?: string;

  @StringField({
    description: "The user's name, as JSON. Only Apple sends it.",
    optional: true,
    maxLength: 2048,
  })
  user?: string;
}

export class ExchangeRequest {
  @StringField({ description: 'The `code` from the redirect.', minLength: 1, maxLength: 512 })
  code!: string;

  @StringField({
    description: 'The verifier whose SHA-256 hash you sent as `codeChallenge`.',
    minLength: 43,
    maxLength: 128,
    rule: {
      code: 'invalid-verifier',
      test: (text) => VERIFIER.test(text),
      message: 'must consist of letters, digits and - . _ ~',
    },
  })
  codeVerifier!: string;
}
