import { Injectable } from '@nestjs/common';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { accountsProto, type Audience, type DirectoryUser, PeerDirectory } from '#libs/contracts';
import { GrpcPeer } from '#libs/grpc';
import { Problem } from '#libs/problem';

const { method } = accountsProto.AccountsService;
/** Counting a million users takes longer than a question about one. */
const COUNT_DEADLINE_MS = 15_000;

/** Asks accounts in another process. */
@Injectable()
export class RemoteDirectory extends PeerDirectory {
  constructor(private readonly accounts: GrpcPeer) {
    super();
  }

  /** @throws Problem `unavailable` */
  override async find(userId: string): Promise<DirectoryUser | null> {
    try {
      const { user } = await this.accounts.call(method.getUser, { id: userId });
      return user ? toDirectoryUser(user) : null;
    } catch (error) {
      if (error instanceof Problem && error.definition.status === 404) {
        return null;
      }
      throw error;
    }
  }

  /** @throws Problem `unavailable` */
  override async findMany(userIds: readonly string[]): Promise<DirectoryUser[]> {
    const { users } = await this.accounts.call(method.batchGetUsers, { ids: [...userIds] });
    return users.map(toDirectoryUser);
  }

  /** @throws Problem `unavailable` */
  override async list(audience: Audience, after: string | null, limit: number): Promise<DirectoryUser[]> {
    const request = { ...filterOf(audience), afterId: after ?? '' };
    const messages = await this.accounts.take(method.streamUsers, request, limit);
    return messages.flatMap(({ user }) => (user ? [toDirectoryUser(user)] : []));
  }

  /** @throws Problem `unavailable` */
  override async count(audience: Audience): Promise<number> {
    const { count } = await this.accounts.call(method.countUsers, filterOf(audience), COUNT_DEADLINE_MS);
    return Number(count);
  }
}

const STATUSES = {
  active: accountsProto.UserStatus.ACTIVE,
  suspended: accountsProto.UserStatus.SUSPENDED,
};

function filterOf({ status, role = '', emailDomain = '', createdAfter, createdBefore }: Audience) {
  return {
    role,
    emailDomain,
    ...(status && { status: STATUSES[status] }),
    ...(createdAfter && { createdAfter: timestampFromDate(createdAfter) }),
    ...(createdBefore && { createdBefore: timestampFromDate(createdBefore) }),
  };
}

function toDirectoryUser(user: accountsProto.User): DirectoryUser {
  const { id, version, email, emailVerified, displayName, locale, timezone } = user;
  return {
    id,
    version: Number(version),
    email,
    emailVerified,
    displayName: displayName ?? null,
    locale,
    timezone,
  };
}
