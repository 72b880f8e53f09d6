import { isDeepStrictEqual } from 'node:util';
import { mergePatch } from '#libs/json';
import { invalidInput } from '#libs/problem';
import type { User } from './user.entity.js';
import type { ManagedPatch } from './profile.js';

/** The maximum size of the merged metadata, as JSON. */
export const METADATA_BYTES = 16 * 1024;
export const DEFAULT_LOCALE = 'en';
export const DEFAULT_TIMEZONE = 'UTC';

/**
 * Merges `patch` into the user (RFC 7396).
 * @returns the names of the members that have changed
 * @throws Problem `invalid-input` if the merged metadata is too large
 */
export function applyPatch(user: User, patch: ManagedPatch): string[] {
  const before = profileOf(user);
  const after = patched(before, patch);
  Object.assign(user, after);
  return Object.keys(after).filter(
    (name) => !isDeepStrictEqual(before[name as keyof PatchedMembers], after[name as keyof PatchedMembers]),
  );
}

type PatchedMembers = Pick<
  User,
  'displayName' | 'locale' | 'timezone' | 'avatarUrl' | 'signInNotifications' | 'metadata' | 'appMetadata'
>;

function profileOf(user: User): PatchedMembers {
  const { displayName, locale, timezone, avatarUrl, signInNotifications, metadata, appMetadata } = user;
  return { displayName, locale, timezone, avatarUrl, signInNotifications, metadata, appMetadata };
}

function patched(before: PatchedMembers, patch: ManagedPatch): PatchedMembers {
  const { displayName, locale, timezone, avatarUrl, signInNotifications } = patch;
  return {
    displayName: displayName === undefined ? before.displayName : displayName,
    locale: locale === undefined ? before.locale : (locale ?? DEFAULT_LOCALE),
    timezone: timezone === undefined ? before.timezone : (timezone ?? DEFAULT_TIMEZONE),
    avatarUrl: avatarUrl === undefined ? before.avatarUrl : avatarUrl,
    signInNotifications:
      signInNotifications === undefined ? before.signInNotifications : (signInNotifications ?? true),
    metadata: merged('metadata', before, patch),
    appMetadata: merged('appMetadata', before, patch),
  };
}

function merged(
  member: 'metadata' | 'appMetadata',
  before: PatchedMembers,
  patch: ManagedPatch,
): User['metadata'] {
  const changes = patch[member];
  if (changes === undefined) {
    return before[member];
  }
  const metadata = changes === null ? {} : mergePatch(before[member], changes);
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES) {
    throw invalidInput({
      errors: [
        {
          pointer: `/${member}`,
          code: 'too-large',
          message: `must be at most ${METADATA_BYTES} bytes once merged`,
        },
      ],
    });
  }
  return metadata;
}
