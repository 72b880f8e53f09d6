import { ApiProperty, type ApiResponseSchemaHost, ApiSchema } from '@nestjs/swagger';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyReply } from 'fastify';
import { CursorPage, EnumField, etagOf, ObjectField, StringField } from '#libs/api';
import type { Passkey } from './passkey.entity.js';

const MAX_BYTES = 32_768;
const DEFAULT_NAME = 'Passkey';

function NameField({ optional = false } = {}): PropertyDecorator {
  return StringField({
    description: 'What the user calls it.',
    minLength: 1,
    maxLength: 100,
    example: "Ada's phone",
    optional,
  });
}

/** What the browser's `PublicKeyCredential.toJSON()` returns (WebAuthn Level 3, section 5.1). */
class CredentialRequest {
  @StringField({ description: "The credential's ID.", minLength: 1, maxLength: 2048 })
  id!: string;

  @StringField({ description: 'The same.', minLength: 1, maxLength: 2048 })
  rawId!: string;

  @EnumField({ values: ['public-key'], description: 'The type of the credential.' })
  type!: 'public-key';

  @ObjectField({ description: "The authenticator's answer.", maxBytes: MAX_BYTES })
  response!: object;

  @ObjectField({ description: 'The results of extensions.', maxBytes: MAX_BYTES, optional: true })
  clientExtensionResults?: object;

  @StringField({
    description: 'Whether the authenticator is part of the device.',
    maxLength: 32,
    optional: true,
    nullable: true,
  })
  authenticatorAttachment?: string | null;
}

@ApiSchema({ name: 'AddPasskeyRequest' })
export class AddPasskeyRequest extends CredentialRequest {
  @NameField({ optional: true })
  name?: string;
}

@ApiSchema({ name: 'PasskeyLoginRequest' })
export class PasskeyLoginRequest extends CredentialRequest {}

export class RenamePasskeyRequest {
  @NameField()
  name!: string;
}

/** The library checks what's inside. */
export function toRegistration({ name = DEFAULT_NAME, ...credential }: AddPasskeyRequest): {
  readonly name: string;
  readonly response: RegistrationResponseJSON;
} {
  return { name, response: withExtensions(credential) as RegistrationResponseJSON };
}

export function toAssertion(credential: PasskeyLoginRequest): AuthenticationResponseJSON {
  return withExtensions(credential) as AuthenticationResponseJSON;
}

function withExtensions({ clientExtensionResults = {}, ...credential }: CredentialRequest): unknown {
  return { ...credential, clientExtensionResults };
}

@ApiSchema({ name: 'Passkey' })
export class PasskeyResponse {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, description: 'What the user calls it.', example: "Ada's phone" })
  name!: string;

  @ApiProperty({
    type: Boolean,
    description: 'Whether a provider keeps it, so that it survives the loss of the device.',
  })
  backedUp!: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was added.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the user last signed in with it.',
  })
  lastUsedAt!: string | null;
}

export class PasskeyList {
  @ApiProperty({ type: [PasskeyResponse], maxItems: 100 })
  items!: PasskeyResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

/** WebAuthn Level 3, sections 5.4 and 5.5. Browsers take it as it is, so only what all of them have is listed. */
export const PASSKEY_OPTIONS: NonNullable<ApiResponseSchemaHost['schema']> = {
  type: 'object',
  required: ['challenge'],
  properties: {
    challenge: {
      type: 'string',
      description: 'What the authenticator has to sign. Works once, for five minutes.',
    },
  },
  additionalProperties: true,
};

export function toPasskeyResponse({ id, name, backedUp, createdAt, lastUsedAt }: Passkey): PasskeyResponse {
  return {
    id,
    name,
    backedUp,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

export function presentPasskey(passkey: Passkey, reply: FastifyReply): PasskeyResponse {
  void reply.header('ETag', etagOf(passkey));
  return toPasskeyResponse(passkey);
}
