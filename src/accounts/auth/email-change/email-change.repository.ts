import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { EmailChange } from './email-change.entity.js';
import { UNDOABLE_STATES } from './email-change.states.js';
import { EmailChangeLink, type LinkPurpose } from './email-change-link.entity.js';

/** @returns null if there's no such link, or it has expired */
export function findLink(
  em: EntityManager,
  tokenHash: string,
  purposes: readonly LinkPurpose[],
  now: Date,
): Promise<EmailChangeLink | null> {
  return em.findOne(EmailChangeLink, { tokenHash, purpose: { $in: [...purposes] }, expiresAt: { $gt: now } });
}

export async function insertLink(
  em: EntityManager,
  link: Pick<EmailChangeLink, 'tokenHash' | 'change' | 'purpose' | 'expiresAt'>,
): Promise<void> {
  await em.insert(EmailChangeLink, link);
}

export function findChange(em: EntityManager, id: string): Promise<EmailChange | null> {
  return em.findOne(EmailChange, { id });
}

/** Returns one row more than the limit, newest first. */
export function findChanges(em: EntityManager, user: string, page: PageRequest): Promise<EmailChange[]> {
  const { where, options } = keyset(page);
  return em.find(EmailChange, { user, ...where }, options);
}

/** The one that waits for a click, if there is one. */
export function findOpenChange(em: EntityManager, user: string): Promise<EmailChange | null> {
  return em.findOne(EmailChange, { user, state: 'requested' });
}

/** Those that the user has asked for since this one. */
export function findChangesAfter(em: EntityManager, { user, ordinal }: EmailChange): Promise<EmailChange[]> {
  return em.find(EmailChange, { user, ordinal: { $gt: ordinal } });
}

export function findLastChange(em: EntityManager, user: string): Promise<EmailChange | null> {
  return em.findOne(EmailChange, { user }, { orderBy: { ordinal: 'desc' } });
}

/** Whether the user has asked for the same address since then, before this. */
export async function isAskedAgain(
  em: EntityManager,
  { id, user, toIndex }: EmailChange,
  since: Date,
): Promise<boolean> {
  const others = { user, toIndex, createdAt: { $gt: since }, id: { $ne: id } };
  return (await em.count(EmailChange, others)) > 0;
}

/** The user's earliest change since then that can be undone. */
export function findFirstUndoable(em: EntityManager, user: string, since: Date): Promise<EmailChange | null> {
  return em.findOne(
    EmailChange,
    { user, createdAt: { $gte: since }, state: { $in: [...UNDOABLE_STATES] } },
    { orderBy: { ordinal: 'asc' } },
  );
}
