import type { Administrator } from '../../auth/index.js';
import { type StoredCaller, toStoredCaller } from '../requesters.js';
import type { ImportFormat } from './file-rows.js';

/** How an import reads its file, and for whom. */
export interface ImportOptions {
  readonly format: ImportFormat;
  /** The templates of `Import-Mapping`, if it was given. */
  readonly mapping: Readonly<Record<string, string>> | null;
  /** Whether to check the file only. */
  readonly dryRun: boolean;
}

/** As it's stored: with what of the administrator decides what they may do. */
export type StoredImport = ImportOptions & StoredCaller;

export function toStored(options: ImportOptions, caller: Administrator): StoredImport {
  return { ...options, ...toStoredCaller(caller) };
}
