import { Injectable } from '@nestjs/common';
import { AccountDirectory, accountsProto, type DirectoryUser } from '#libs/contracts';
import { GrpcPeer } from '#libs/grpc';
import { Problem } from '#libs/problem';

/** Asks accounts in another process. */
@Injectable()
export class RemoteDirectory extends AccountDirectory {
  constructor(private readonly accounts: GrpcPeer) {
    super();
  }

  /** @throws Problem `unavailable` */
  override async find(userId: string): Promise<DirectoryUser | null> {
    try {
      const { user } = await this.accounts.call(accountsProto.AccountsService.method.getUser, { id: userId });
      return user
        ? {
            id: user.id,
            email: user.email,
            emailVerified: user.emailVerified,
            displayName: user.displayName ?? null,
            locale: user.locale,
          }
        : null;
    } catch (error) {
      if (error instanceof Problem && error.definition.status === 404) {
        return null;
      }
      throw error;
    }
  }
}
