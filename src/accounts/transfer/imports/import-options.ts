import type { Authority } from '../../auth/index.js';
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
export interface StoredImport extends ImportOptions {
  readonly caller: Omit<Authority, 'permissions'> & { readonly permissions?: readonly string[] };
}

export function toStored(options: ImportOptions, caller: Authority): StoredImport {
  const { roles, permissions, impersonator } = caller;
  return {
    ...options,
    caller: {
      roles,
      ...(permissions ? { permissions: [...permissions] } : {}),
      ...(impersonator ? { impersonator: { roles: impersonator.roles } } : {}),
    },
  };
}

/** @param roles those that the administrator still has */
export function authorityOf({ caller }: StoredImport, roles: readonly string[]): Authority {
  const { permissions, ...others } = caller;
  return {
    ...others,
    roles: caller.roles.filter((role) => roles.includes(role)),
    ...(permissions ? { permissions: new Set(permissions) } : {}),
  };
}
