import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { PasswordBatches } from '../../auth/index.js';
import { type StoredUser, UserBatches } from '../../users/index.js';

/** A user as a row of a file, with the ID after which the next one follows. */
export interface ExportedRow {
  readonly id: string;
  readonly line: Buffer;
}

/** So few that they fit in memory, even with as much metadata as there can be. */
const BATCH_ROWS = 200;

/** All users, as `POST /users/import` accepts them. */
@Injectable()
export class ExportedUsers {
  constructor(
    private readonly database: Database,
    private readonly users: UserBatches,
    private readonly passwords: PasswordBatches,
  ) {}

  count(): Promise<number> {
    return this.database.run((em) => this.users.count(em));
  }

  /** In the order of their IDs, each as they are when their batch is read. @param after null to start with the first */
  async *rows(after: string | null): AsyncGenerator<ExportedRow, void> {
    for (let last = after; ;) {
      const position = last;
      const batch = await this.database.run(async (em) => {
        const users = await this.users.read(em, position, BATCH_ROWS);
        const ids = users.map(({ id }) => id);
        return { users, hashes: await this.passwords.hashesOf(em, ids) };
      });
      for (const user of batch.users) {
        yield { id: user.id, line: Buffer.from(`${rowOf(user, batch.hashes.get(user.id) ?? null)}\n`) };
      }
      last = batch.users.at(-1)?.id ?? null;
      if (last === null) {
        return;
      }
    }
  }
}

/** With exactly the members that an import accepts. */
function rowOf(user: StoredUser, passwordHash: string | null): string {
  const { id, email, emailVerified, displayName, locale, timezone, avatarUrl } = user;
  const { metadata, appMetadata, roles, status, createdAt } = user;
  return JSON.stringify({
    id,
    email,
    emailVerified,
    displayName,
    locale,
    timezone,
    avatarUrl,
    metadata,
    appMetadata,
    roles,
    status,
    createdAt,
    passwordHash,
  });
}
