import { ApiProperty, ApiSchema } from '@nestjs/swagger';

const OBJECT = { type: 'object', additionalProperties: true } as const;

/** More than any account has: a client that generates checks from the document must never refuse an export. */
const MAX_ITEMS = 1_000_000;

function ListOf(description: string): PropertyDecorator {
  return ApiProperty({ type: 'array', items: OBJECT, maxItems: MAX_ITEMS, description });
}

/** Sent as it was written, so this only documents it. */
@ApiSchema({ name: 'AccountExport' })
export class AccountExport {
  @ApiProperty({ type: String, format: 'date-time', description: 'When the export was created.' })
  exportedAt!: string;

  @ListOf('API keys, without the keys themselves.')
  apiKeys!: object[];

  @ListOf('What happened to the account, as in `GET /users/me/audit-events`.')
  auditEvents!: object[];

  @ListOf('Scheduled deletions of the account.')
  deletions!: object[];

  @ListOf('Requested changes to the email address, with both addresses.')
  emailChanges!: object[];

  @ListOf('Accounts at providers, such as Google.')
  identities!: object[];

  @ListOf('Passkeys, without their public keys.')
  passkeys!: object[];

  @ApiProperty({
    ...OBJECT,
    nullable: true,
    description: "When the password was changed. Null if there's no password.",
  })
  password!: object | null;

  @ApiProperty({ ...OBJECT, description: 'As in `GET /users/me`.' })
  profile!: object;

  @ApiProperty({
    ...OBJECT,
    description: 'The authenticator app, without its secret, and how many recovery codes are left.',
  })
  secondFactors!: object;

  @ListOf('Signed-in devices, and those signed out recently.')
  sessions!: object[];

  @ListOf('Imports and exports that the user has started.')
  transfers!: object[];

  @ListOf('Emails sent to the user in the last 90 days, without their content.')
  notifications!: object[];
}
