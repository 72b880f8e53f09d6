import { defineSealedColumn, type Sealer } from '#libs/crypto';
import type { Identity } from './identity.entity.js';

/** Seals an address for the row of an identity. */
export function sealAddress(sealer: Sealer, identityId: string, email: string): string {
  return sealer.seal(email, contextOf(identityId));
}

/** The address that the provider told us. */
export function addressOf(sealer: Sealer, { id, emailSealed }: Identity): string | null {
  return typeof emailSealed === 'string' ? sealer.open(emailSealed, contextOf(id)) : null;
}

function contextOf(identityId: string): string {
  return `identity:${identityId}:email`;
}

defineSealedColumn('accounts.identities.email_sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
