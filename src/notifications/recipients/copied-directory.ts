import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { AccountDirectory, type Audience, type DirectoryUser, PeerDirectory } from '#libs/contracts';
import { Database } from '#libs/database';
import { unavailable } from '#libs/problem';
import { RecipientCopy } from './recipient-copy.js';
import { RecipientRefresh } from './recipient-refresh.js';

/** How long accounts is left alone after it hasn't answered, so that not everyone waits until a call fails. */
const PAUSE_MS = 5_000;
const MAX_VERSIONS = 10_000;

/**
 * Asks accounts in another process, which knows best, and answers from the copy while it can't be reached: as of the last
 * change that was noticed.
 */
@Injectable()
export class CopiedDirectory extends AccountDirectory {
  /** The versions that are certainly in the copy. */
  private readonly copied = new LRUCache<string, number>({ max: MAX_VERSIONS });
  /** Set while it doesn't answer. */
  private askAgainAt: number | undefined;

  constructor(
    private readonly accounts: PeerDirectory,
    private readonly copy: RecipientCopy,
    private readonly refresh: RecipientRefresh,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** @throws Problem `unavailable` if accounts can't be reached, and there's no copy of the user that is up to date */
  override async find(userId: string): Promise<DirectoryUser | null> {
    const copied = this.isToBeAsked() ? null : await this.fromCopy(userId);
    if (copied) {
      return copied;
    }
    try {
      const user = await this.accounts.find(userId);
      this.noticeAnswer();
      if (user) {
        await this.remember(user);
      }
      return user;
    } catch (error) {
      const substitute = unavailable.is(error) ? await this.insteadOfAnswer(userId) : null;
      if (!substitute) {
        throw error;
      }
      return substitute;
    }
  }

  /** @throws Problem `unavailable`: what an audience is, only accounts knows */
  override list(audience: Audience, after: string | null, limit: number): Promise<DirectoryUser[]> {
    return this.accounts.list(audience, after, limit);
  }

  /** @throws Problem `unavailable` */
  override count(audience: Audience): Promise<number> {
    return this.accounts.count(audience);
  }

  /** Of those who want to know after the pause, the first asks. */
  private isToBeAsked(): boolean {
    if (this.askAgainAt === undefined) {
      return true;
    }
    const isOver = this.clock.millis() >= this.askAgainAt;
    if (isOver) {
      this.pause();
    }
    return isOver;
  }

  private noticeAnswer(): void {
    if (this.askAgainAt !== undefined) {
      this.askAgainAt = undefined;
      this.refresh.soon();
    }
  }

  private pause(): void {
    this.askAgainAt = this.clock.millis() + PAUSE_MS;
  }

  private insteadOfAnswer(userId: string): Promise<DirectoryUser | null> {
    this.pause();
    return this.fromCopy(userId);
  }

  private fromCopy(userId: string): Promise<DirectoryUser | null> {
    return this.database.run((em) => this.copy.find(em, userId));
  }

  private async remember(user: DirectoryUser): Promise<void> {
    if ((this.copied.get(user.id) ?? 0) >= user.version) {
      return;
    }
    const newer = await this.database.run((em) => this.copy.newer(em, [user]));
    if (newer.length > 0) {
      await this.database.transaction((em) => this.copy.store(em, newer));
    }
    this.copied.set(user.id, user.version);
  }
}
