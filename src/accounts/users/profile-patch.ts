import { isDeepStrictEqual } from 'node:util';
import { invalidInput } from '#libs/problem';
import { mergePatch } from './merge-patch.js';
import type { User } from './user.entity.js';
import type { ProfilePatch } from './profile.js';

/** The maximum size of the merged metadata, as JSON. */
export const METADATA_BYTES = 16 * 1024;
export const DEFAULT_LOCALE = 'en';
export const DEFAULT_TIMEZONE = 'UTC';

/**
 * Merges `patch` into the user (RFC 7396).
 * @returns whether anything has changed
 * @throws Problem `invalid-input` if the merged metadata is too large
 */
export function applyPatch(user: User, patch: ProfilePatch): boolean {
  const before = profileOf(user);
  const after = patched(before, patch);
  Object.assign(user, after);
  return !isDeepStrictEqual(before, after);
}

type PatchedMembers = Pick<
  User,
  'displayName' | 'locale' | 'timezone' | 'avatarUrl' | 'signInNotifications' | 'metadata'
>;

function profileOf(user: User): PatchedMembers {
  const { displayName, locale, timezone, avatarUrl, signInNotifications, metadata } = user;
  return { displayName, locale, timezone, avatarUrl, signInNotifications, metadata };
}

function patched(before: PatchedMembers, patch: ProfilePatch): PatchedMembers {
  const { displayName, locale, timezone, avatarUrl, signInNotifications } = patch;
  return {
    displayName: displayName === undefined ? before.displayName : displayName,
    locale: locale === undefined ? before.locale : (locale ?? DEFAULT_LOCALE),
    timezone: timezone === undefined ? before.timezone : (timezone ?? DEFAULT_TIMEZONE),
    avatarUrl: avatarUrl === undefined ? before.avatarUrl : avatarUrl,
    signInNotifications:
      signInNotifications === undefined ? before.signInNotifications : (signInNotifications ?? true),
    metadata: mergedMetadata(before.metadata, patch.metadata),
  };
}

function mergedMetadata(before: User['metadata'], patch: ProfilePatch['metadata']): User['metadata'] {
  if (patch === undefined) {
    return before;
  }
  const metadata = patch === null ? {} : mergePatch(before, patch);
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES) {
    throw invalidInput({
      errors: [
        {
          pointer: '/metadata',
          code: 'too-large',
          message: `must be at most ${METADATA_BYTES} bytes once merged`,
        },
      ],
    });
  }
  return metadata;
}
