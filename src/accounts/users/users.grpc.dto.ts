import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { accountsProto } from '#libs/contracts';
import type { Profile } from './profile.js';
import type { UserStatus } from './user.entity.js';

const { UserStatus: Status } = accountsProto;

const STATUSES: Readonly<Record<UserStatus, accountsProto.UserStatus>> = {
  active: Status.ACTIVE,
  suspended: Status.SUSPENDED,
};

export function toUserMessage(profile: Profile): MessageInitShape<typeof accountsProto.UserSchema> {
  const { displayName, avatarUrl, version, status, roles, metadata, appMetadata, ...members } = profile;
  return {
    ...members,
    ...(displayName === null ? {} : { displayName }),
    ...(avatarUrl === null ? {} : { avatarUrl }),
    version: BigInt(version),
    status: STATUSES[status],
    roles: [...roles],
    metadata: metadata as JsonObject,
    appMetadata: appMetadata as JsonObject,
    createdAt: timestampFromDate(profile.createdAt),
    updatedAt: timestampFromDate(profile.updatedAt),
  };
}

/** @returns undefined for all */
export function statusFrom(status: accountsProto.UserStatus): UserStatus | undefined {
  return (Object.keys(STATUSES) as UserStatus[]).find((name) => STATUSES[name] === status);
}
