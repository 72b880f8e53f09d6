import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyReply } from 'fastify';
import { CursorPage, EnumField, etagOf, ObjectField, StringField } from '#libs/api';
import { VISIBLE_NAME } from '../../users/http.js';
import type { Passkey } from './passkey.entity.js';

const MAX_BYTES = 32_768;
const DEFAULT_NAME = 'Passkey';

function NameField({ optional = false } = {}): PropertyDecorator {
  return StringField({
    description: 'The name of the passkey, chosen by its owner.',
    minLength: 1,
    maxLength: 100,
    example: "Ada's phone",
    optional,
    ...VISIBLE_NAME,
  });
}

/** What the browser's `PublicKeyCredential.toJSON()` returns (WebAuthn Level 3, section 5.1). */
class CredentialRequest {
  @StringField({ description: "The credential's ID.", minLength: 1, maxLength: 2048 })
  id!: string;

  @StringField({ description: 'The same value as `id`.', minLength: 1, maxLength: 2048 })
  rawId!: string;

  @EnumField({ values: ['public-key'], description: 'The type of the credential.' })
  type!: 'public-key';

  @ObjectField({ description: "The authenticator's response.", maxBytes: MAX_BYTES })
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

  @ApiProperty({
    type: String,
    description: 'The name of the passkey, chosen by its owner.',
    example: "Ada's phone",
  })
  name!: string;

  @ApiProperty({
    type: Boolean,
    description: "Whether the passkey is backed up, so that it isn't lost with the device.",
  })
  backedUp!: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the passkey was added.' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the user last signed in with the passkey.',
  })
  lastUsedAt!: string | null;
}

export class PasskeyList {
  @ApiProperty({ type: [PasskeyResponse], maxItems: 100 })
  items!: PasskeyResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

/** What the browser takes as it is (WebAuthn Level 3, sections 5.4 and 5.5). */
class PasskeyOptions {
  @ApiProperty({
    type: String,
    description: 'The challenge for the authenticator to sign. It can be used once, within five minutes.',
    example: 'p5aV2uHXr0AOqUk7HQitvi-Ny1bi8tPCq7IDQh3eGpE',
  })
  challenge!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    description: 'The timeout in milliseconds.',
    example: 300_000,
  })
  timeout?: number;
}

@ApiSchema({ name: 'PasskeyCreationOptions' })
export class PasskeyCreationOptions extends PasskeyOptions {
  @OptionsMember('The relying party.')
  rp!: object;

  @OptionsMember('The user the passkey is created for.')
  user!: object;

  @OptionsMember('The accepted types of keys.', { isArray: true })
  pubKeyCredParams!: object[];

  @OptionsMember('The passkeys that the user already has.', { isArray: true })
  excludeCredentials?: object[];

  @OptionsMember('What the authenticator must support.')
  authenticatorSelection?: object;

  @OptionsMember('WebAuthn extensions.')
  extensions?: object;

  @ApiProperty({
    type: String,
    description: 'The attestation requested from the authenticator.',
    example: 'none',
  })
  attestation?: string;

  @ApiProperty({
    type: [String],
    maxItems: 3,
    description: 'The kinds of authenticators that the browser should suggest.',
    example: [],
  })
  hints?: string[];
}

@ApiSchema({ name: 'PasskeyRequestOptions' })
export class PasskeyRequestOptions extends PasskeyOptions {
  @ApiProperty({ type: String, description: 'The domain of the passkeys.', example: 'acme.com' })
  rpId!: string;

  @ApiProperty({ type: String, description: 'Always `required`.', example: 'required' })
  userVerification!: string;
}

function OptionsMember(description: string, { isArray = false } = {}): PropertyDecorator {
  const object = { type: 'object', additionalProperties: true } as const;
  return isArray
    ? ApiProperty({ type: 'array', items: object, maxItems: 100, description })
    : ApiProperty({ ...object, description });
}

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
