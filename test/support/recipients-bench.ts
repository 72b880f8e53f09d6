import { beforeEach } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { v7 } from 'uuid';
import { Clock } from '#libs/clock';
import { type Audience, type DirectoryUser, type EventType, PeerDirectory } from '#libs/contracts';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../../src/notifications/migrations/index.js';
import { CopiedDirectoryModule } from '../../src/notifications/recipients/copied-directory.module.js';
import { RecipientChanges } from '../../src/notifications/recipients/recipient-changes.js';
import { RecipientCopy } from '../../src/notifications/recipients/recipient-copy.js';
import { RecipientCopyModule } from '../../src/notifications/recipients/recipient-copy.module.js';
import { RecipientRebuildRuns } from '../../src/notifications/recipients/recipient-rebuild-runs.js';
import { RecipientRebuildsModule } from '../../src/notifications/recipients/recipient-rebuilds.module.js';
import { type BackgroundApp, databaseOf, startBackgroundApp } from './background-app.js';
import { hold, useFixture } from './fixture.js';
import { redisUrl } from './servers.js';

/** Accounts in another process. */
class Accounts extends PeerDirectory {
  readonly users = new Map<string, DirectoryUser>();
  /** What it answers with, if anything is wrong. */
  failure: Error | undefined;
  /** How often it was asked. */
  asked = 0;
  /** Runs before a page arrives. */
  meanwhile: () => Promise<void> = () => Promise.resolve();

  override find(userId: string): Promise<DirectoryUser | null> {
    return this.answer(this.users.get(userId) ?? null);
  }

  override findMany(userIds: readonly string[]): Promise<DirectoryUser[]> {
    return this.answer(userIds.flatMap((id) => this.users.get(id) ?? []));
  }

  override async list(_: Audience, after: string | null, limit: number): Promise<DirectoryUser[]> {
    const all = [...this.users.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const page = await this.answer(all.filter(({ id }) => id > (after ?? '')).slice(0, limit));
    await this.meanwhile();
    return page;
  }

  override count(): Promise<number> {
    return this.answer(this.users.size);
  }

  /** Knows nobody again. */
  reset(): void {
    this.users.clear();
    Object.assign(this, { failure: undefined, asked: 0, meanwhile: () => Promise.resolve() });
  }

  private answer<T>(value: T): Promise<T> {
    this.asked += 1;
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(value);
  }
}

class SetClock extends Clock {
  private at = Date.now();

  override now(): Date {
    return new Date(this.at);
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

/** The copy of users with a database of its own, and whatever accounts says in another process. */
export function useRecipientsBench(): RecipientsBench {
  const bench = useFixture(() => RecipientsBench.open());
  beforeEach(() => bench.reset());
  return bench;
}

class RecipientsBench {
  private constructor(
    readonly app: BackgroundApp,
    readonly accounts: Accounts,
    readonly clock: SetClock,
  ) {}

  static async open(): Promise<RecipientsBench> {
    const [accounts, clock] = [new Accounts(), new SetClock()];
    @Global()
    @Module({ providers: [{ provide: PeerDirectory, useValue: accounts }], exports: [PeerDirectory] })
    class AccountsModule {}
    const database = await hold(databaseOf(notificationsSchema), (created) => created.drop());
    const starting = startBackgroundApp({
      jobs: [],
      clock,
      redisUrl: await redisUrl(),
      database: { url: database.url, schema: notificationsSchema },
      imports: [
        AccountsModule,
        CopiedDirectoryModule,
        DatabaseModule.forFeature(notificationsSchema),
        MessagingModule.forSchema(notificationsSchema),
        RecipientCopyModule,
        RecipientRebuildsModule,
      ],
      providers: [RecipientRebuildRuns],
    });
    const app = await hold(starting, (started) => started.close());
    return new RecipientsBench(app, accounts, clock);
  }

  async reset(): Promise<void> {
    this.accounts.reset();
    // The pause after an outage is over.
    this.clock.advance(60_000);
    await this.sql(
      'truncate notifications.recipients, notifications.recipient_rebuilds, notifications.outbox',
    );
  }

  sql<T extends object>(statement: string): Promise<T[]> {
    return this.app.database.run((em) => em.execute<T[]>(statement));
  }

  /** Someone whom accounts knows from now on. */
  aUser(given: Partial<DirectoryUser> = {}): DirectoryUser {
    const id = given.id ?? v7();
    const user = {
      id,
      version: 1,
      email: `${id}@acme.test`,
      emailVerified: true,
      displayName: null,
      locale: 'en',
      timezone: 'UTC',
      ...given,
    };
    this.accounts.users.set(id, user);
    return user;
  }

  copyOf({ id }: DirectoryUser): Promise<DirectoryUser | null> {
    return this.app.database.run((em) => this.app.get(RecipientCopy).find(em, id));
  }

  store(...users: DirectoryUser[]): Promise<void> {
    return this.app.database.transaction((em) => this.app.get(RecipientCopy).store(em, users));
  }

  /** Handles an event about the user. */
  happens(type: EventType, { id: subject }: DirectoryUser, data: object = {}): Promise<void> {
    const message = { id: v7(), type: type.type, subject, occurredAt: this.clock.now(), data };
    return this.app.database.transaction((em) => this.app.get(RecipientChanges).notice(em, message));
  }
}
