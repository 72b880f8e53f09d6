import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import type { UserSnapshot } from '#libs/contracts';
import { Database, isUniqueViolation } from '#libs/database';
import { requireMatch } from '#libs/api';
import { Outbox } from '#libs/messaging';
import { EmailCipher } from './email-cipher.js';
import { ProfileCache, type VersionedProfile } from './profile-cache.js';
import { applyPatch, DEFAULT_LOCALE, DEFAULT_TIMEZONE } from './profile-patch.js';
import { UNIQUE_EMAIL, User } from './user.entity.js';
import {
  reserveMailSlotSince,
  findUser,
  findUserByEmail,
  lockUser,
  lockUserByEmail,
} from './user.repository.js';
import { toUserResponse, type UpdateProfile } from './users.dto.js';
import { emailTaken, userNotFound } from './users.errors.js';

/** Mails that anybody may ask for who knows an address are sent no more often than this. */
const MAIL_PAUSE_MS = 60_000;

export interface NewUser {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName?: string | null;
  readonly locale?: string;
  readonly timezone?: string;
  readonly roles: readonly string[];
  /** Whether a mail to the address goes out with this, after which others have to wait. */
  readonly mailed?: boolean;
}

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly outbox: Outbox,
    private readonly profiles: ProfileCache,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Adds a user and its `user.registered` event to the caller's transaction and writes them.
   * @throws Problem `email-taken`, also when another transaction was first
   */
  async create(em: EntityManager, input: NewUser): Promise<User> {
    const now = this.clock.now();
    const id = this.ids.next(now);
    const user = em.create(User, {
      id,
      ...this.emails.seal(id, input.email),
      emailVerified: input.emailVerified,
      displayName: input.displayName ?? null,
      locale: input.locale ?? DEFAULT_LOCALE,
      timezone: input.timezone ?? DEFAULT_TIMEZONE,
      avatarUrl: null,
      roles: [...input.roles],
      status: 'active',
      metadata: {},
      mailedAt: input.mailed ? now : null,
      createdAt: now,
      updatedAt: now,
    });
    try {
      await em.persist(user).flush();
    } catch (error) {
      throw isUniqueViolation(error, UNIQUE_EMAIL) ? emailTaken({ cause: error }) : error;
    }
    await this.outbox.append(em, { type: 'user.registered', subject: id, data: this.snapshotOf(user) });
    return user;
  }

  /** What other services are told of a user. */
  snapshotOf(user: User): UserSnapshot {
    return {
      version: user.version,
      email: this.emails.open(user.id, user.emailSealed),
      emailVerified: user.emailVerified,
      displayName: user.displayName,
      locale: user.locale,
      timezone: user.timezone,
    };
  }

  findByEmail(em: EntityManager, email: string): Promise<User | null> {
    return findUserByEmail(em, this.emails.candidates(email));
  }

  /** Nobody else changes this user until the caller's transaction ends. */
  lockByEmail(em: EntityManager, email: string): Promise<User | null> {
    return lockUserByEmail(em, this.emails.candidates(email));
  }

  /** Whether this user may be sent a mail now that a stranger asked for; if so, the next one has to wait a minute. */
  reserveMailSlot(em: EntityManager, { id }: User): Promise<boolean> {
    const now = this.clock.now();
    return reserveMailSlotSince(em, id, new Date(now.getTime() - MAIL_PAUSE_MS), now);
  }

  /** @throws Problem `user-not-found` */
  async profile(id: string): Promise<VersionedProfile> {
    return this.profiles.get(id, () =>
      this.database.read(async (em) => {
        const user = await findUser(em, id);
        if (!user) {
          throw userNotFound();
        }
        return this.versioned(user);
      }),
    );
  }

  /**
   * @param ifMatch the `If-Match` header
   * @throws Problem `user-not-found`, `precondition-failed`
   */
  async updateProfile(
    id: string,
    patch: UpdateProfile,
    ifMatch: string | undefined,
  ): Promise<VersionedProfile> {
    const updated = await this.database.write(async (em) => {
      const user = await lockUser(em, id);
      if (!user) {
        throw userNotFound();
      }
      requireMatch(ifMatch, user.version);
      await this.change(em, user, patch);
      return this.versioned(user);
    });
    this.profiles.invalidate(id);
    return updated;
  }

  /**
   * Changes a locked user in the caller's transaction; `forget` has to follow after the commit. What changes nothing
   * makes no new version and no event.
   */
  async change(em: EntityManager, user: User, patch: UpdateProfile): Promise<void> {
    if (!applyPatch(user, patch)) {
      return;
    }
    user.updatedAt = this.clock.now();
    await em.flush();
    await this.outbox.append(em, { type: 'user.updated', subject: user.id, data: this.snapshotOf(user) });
  }

  /** Marks the address as proven, in the caller's transaction; `forget` has to follow after the commit. */
  async markEmailVerified(em: EntityManager, id: string): Promise<void> {
    const user = await lockUser(em, id);
    if (!user || user.emailVerified) {
      return;
    }
    user.emailVerified = true;
    user.updatedAt = this.clock.now();
    await em.flush();
    await this.outbox.append(em, { type: 'user.email-verified', subject: id, data: this.snapshotOf(user) });
  }

  /** Makes every replica read the user anew. */
  forget(id: string): void {
    this.profiles.invalidate(id);
  }

  versioned(user: User): VersionedProfile {
    return { version: user.version, profile: toUserResponse(user, this.emails) };
  }
}
