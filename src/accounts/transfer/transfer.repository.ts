import { type EntityManager, type FilterQuery, LockMode } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import type { JobFilter } from '#libs/jobs';
import { TransferChunk } from './transfer-chunk.entity.js';
import { Transfer, TRANSFER_STATES } from './transfer.entity.js';
import { TransferError } from './transfer-error.entity.js';

/** What the caller may see: not one whose file is still arriving. */
const VISIBLE = { state: { $ne: 'receiving' as const } };

export function findTransfer(em: EntityManager, id: string): Promise<Transfer | null> {
  return em.findOne(Transfer, { id, ...VISIBLE });
}

/** Returns one row more than the limit, newest first. */
export function findTransfers(em: EntityManager, filter: JobFilter, page: PageRequest): Promise<Transfer[]> {
  const { where, options } = keyset(page);
  return em.find(Transfer, { $and: [whereOf(filter), where] }, options);
}

/** Those that a user has started. Returns one row more than the limit, newest first. */
export function findTransfersOf(
  em: EntityManager,
  requestedBy: string,
  page: PageRequest,
): Promise<Transfer[]> {
  const { where, options } = keyset(page);
  return em.find(Transfer, { $and: [{ requestedBy, ...VISIBLE }, where] }, options);
}

/** The pending export of everything about a user, if there is one. */
export function findPendingOf(em: EntityManager, user: string): Promise<Transfer | null> {
  return em.findOne(Transfer, { user, state: { $in: ['waiting', 'active'] } });
}

/** Forgets the files of earlier exports of everything about a user. */
export async function deleteFilesOf(em: EntityManager, user: string): Promise<void> {
  await em.execute(
    'delete from accounts.transfer_chunks where transfer_id in (select id from accounts.transfers where user_id = ?)',
    [user],
    'run',
  );
  await em.nativeUpdate(Transfer, { user }, { chunksDone: 0 });
}

export function countTransfers(em: EntityManager, filter: JobFilter): Promise<number> {
  return em.count(Transfer, whereOf(filter));
}

function whereOf({ state, type }: JobFilter): FilterQuery<Transfer> {
  // Other jobs have states that transfers don't have.
  const inState = { state: { $in: TRANSFER_STATES.filter((each) => each === state) } };
  return { $and: [VISIBLE, state === undefined ? {} : inState, type === undefined ? {} : { type }] };
}

/** Locks the transfer until the transaction ends. */
export function lockTransfer(em: EntityManager, id: string): Promise<Transfer | null> {
  return em.findOne(Transfer, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

export async function deleteTransfer(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(Transfer, { id });
}

export async function insertChunk(em: EntityManager, chunk: TransferChunk): Promise<void> {
  await em.insert(TransferChunk, chunk);
}

export async function findChunk(
  em: EntityManager,
  transfer: string,
  number: number,
): Promise<string | undefined> {
  return (await em.findOne(TransferChunk, { transfer, number }))?.sealed;
}

export async function deleteChunks(em: EntityManager, transfer: string): Promise<void> {
  await em.nativeDelete(TransferChunk, { transfer });
}

export async function expireChunks(em: EntityManager, transfer: string, expiresAt: Date): Promise<void> {
  await em.nativeUpdate(TransferChunk, { transfer }, { expiresAt });
}

export type RowError = Pick<TransferError, 'line' | 'pointer' | 'code' | 'message'>;

export async function insertErrors(
  em: EntityManager,
  transfer: string,
  errors: readonly (RowError & { readonly id: string })[],
): Promise<void> {
  await em.execute(
    `insert into accounts.transfer_errors (id, transfer_id, line, pointer, code, message)
     select id, ?, line, pointer, code, message
       from jsonb_to_recordset(?::jsonb) as r(id uuid, line int, pointer text, code text, message text)`,
    [transfer, JSON.stringify(errors)],
    'run',
  );
}

/** Returns one row more than the limit, in the order of the file. */
export function findErrors(em: EntityManager, transfer: string, page: PageRequest): Promise<TransferError[]> {
  const { where, options } = keyset(page, 'oldest first');
  return em.find(TransferError, { $and: [{ transfer }, where] }, options);
}

export function countErrors(em: EntityManager, transfer: string): Promise<number> {
  return em.count(TransferError, { transfer });
}
