import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import type { UserSnapshot } from '#libs/contracts';
import { Database, isUniqueViolation } from '#libs/database';
import { requireMatch } from '#libs/http';
import { Outbox } from '#libs/outbox';
import { invalidInput } from '#libs/problem';
import { EmailCipher } from './email-cipher.js';
import { mergePatch } from './merge-patch.js';
import { ProfileCache, type VersionedProfile } from './profile-cache.js';
import { UNIQUE_EMAIL, User } from './user.entity.js';
import { findUser, findUserByEmail } from './user.repository.js';
import { METADATA_BYTES, toUserResponse, type UpdateProfile } from './users.dto.js';
import { emailTaken, userNotFound } from './users.errors.js';

const DEFAULT_LOCALE = 'en';
const DEFAULT_TIMEZONE = 'UTC';

export interface NewUser {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName?: string | null;
  readonly locale?: string;
  readonly timezone?: string;
  readonly roles: readonly string[];
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
      createdAt: now,
      updatedAt: now,
    });
    try {
      await em.persist(user).flush();
    } catch (error) {
      throw isUniqueViolation(error, UNIQUE_EMAIL) ? emailTaken({ cause: error }) : error;
    }
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
   * @throws Problem `user-not-found`, `precondition-failed`, `conflict`
   */
  async updateProfile(
    id: string,
    patch: UpdateProfile,
    ifMatch: string | undefined,
  ): Promise<VersionedProfile> {
    const updated = await this.database.write(async (em) => {
      const user = await findUser(em, id);
      if (!user) {
        throw userNotFound();
      }
      requireMatch(ifMatch, user.version);
      applyPatch(user, patch);
      user.updatedAt = this.clock.now();
      await em.flush();
      await this.outbox.append(em, { type: 'user.updated', subject: id, data: this.snapshotOf(user) });
      return this.versioned(user);
    });
    this.profiles.invalidate(id);
    return updated;
  }

  /** Marks the address as proven, in the caller's transaction; `forget` has to follow after the commit. */
  async markEmailVerified(em: EntityManager, id: string): Promise<void> {
    const user = await findUser(em, id);
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

function applyPatch(user: User, patch: UpdateProfile): void {
  if (patch.displayName !== undefined) {
    user.displayName = patch.displayName;
  }
  if (patch.locale !== undefined) {
    user.locale = patch.locale ?? DEFAULT_LOCALE;
  }
  if (patch.timezone !== undefined) {
    user.timezone = patch.timezone ?? DEFAULT_TIMEZONE;
  }
  if (patch.avatarUrl !== undefined) {
    user.avatarUrl = patch.avatarUrl;
  }
  if (patch.metadata !== undefined) {
    user.metadata = patch.metadata === null ? {} : mergePatch(user.metadata, patch.metadata);
    if (Buffer.byteLength(JSON.stringify(user.metadata)) > METADATA_BYTES) {
      throw invalidInput({
        errors: [
          {
            pointer: '/metadata',
            code: 'too-large',
            message: `must have ${METADATA_BYTES} bytes at most once merged`,
          },
        ],
      });
    }
  }
}
