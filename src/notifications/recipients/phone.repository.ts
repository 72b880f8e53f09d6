import type { EntityManager } from '@mikro-orm/postgresql';
import { defineSealedColumn, type Sealer } from '#libs/crypto';
import { Phone } from './phone.entity.js';

/** Why someone gets no text message. */
export const NO_PHONE_NUMBER = 'the recipient has no verified phone number';

/** A number that isn't verified yet. */
export interface PendingNumber {
  /** In E.164 format. */
  readonly phoneNumber: string;
  /** The digits that were sent to it. */
  readonly code: string;
}

export async function findPhone(em: EntityManager, userId: string): Promise<Phone | null> {
  return em.findOne(Phone, { userId });
}

/** The verified number of a user, in E.164 format, if they have one. */
export async function findPhoneNumber(
  em: EntityManager,
  sealer: Sealer,
  userId: string,
): Promise<string | null> {
  const phone = await findPhone(em, userId);
  return phone && numberOf(sealer, phone);
}

/** Those of the users who have a verified number. */
export async function findPhoneOwners(em: EntityManager, userIds: readonly string[]): Promise<Set<string>> {
  const phones = await em.find(Phone, { userId: { $in: [...userIds] }, sealed: { $ne: null } });
  return new Set(phones.map(({ userId }) => userId));
}

/** @throws SealBrokenError */
export function numberOf(sealer: Sealer, { userId, sealed }: Phone): string | null {
  return typeof sealed === 'string' ? (sealer.openJson(sealed, numberContext(userId)) as string) : null;
}

export function sealNumber(sealer: Sealer, userId: string, phoneNumber: string): string {
  return sealer.sealJson(phoneNumber, numberContext(userId));
}

/** @throws SealBrokenError */
export function pendingOf(sealer: Sealer, { userId, sealedPending }: Phone): PendingNumber | null {
  return typeof sealedPending === 'string'
    ? (sealer.openJson(sealedPending, pendingContext(userId)) as PendingNumber)
    : null;
}

export function sealPending(sealer: Sealer, userId: string, pending: PendingNumber): string {
  return sealer.sealJson(pending, pendingContext(userId));
}

export async function deletePhoneOf(em: EntityManager, userId: string): Promise<void> {
  await em.nativeDelete(Phone, { userId });
}

function numberContext(userId: string): string {
  return `phone:${userId}`;
}

function pendingContext(userId: string): string {
  return `pending-phone:${userId}`;
}

defineSealedColumn('notifications.phones.sealed', {
  primaryKey: { user_id: 'uuid' },
  context: ({ user_id = '' }) => numberContext(user_id),
});

defineSealedColumn('notifications.phones.sealed_pending', {
  primaryKey: { user_id: 'uuid' },
  context: ({ user_id = '' }) => pendingContext(user_id),
});
