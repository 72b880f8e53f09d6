import { Injectable } from '@nestjs/common';
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { userUpdatedEvent } from '#libs/contracts';
import { Database, isUniqueViolation, requireVersion, type VersionCondition } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { requireRecentProof } from '#libs/problem';
import { AuditLog } from '../audit/index.js';
import { EmailCipher } from './email-cipher.js';
import { type ChangingUser, LiveSessions, type ProvenUser } from './live-sessions.js';
import type { ManagedPatch, Profile, ProfilePatch } from './profile.js';
import { changesBetween } from './profile-changes.js';
import { ProfileCache } from './profile-cache.js';
import { ReservedAddresses } from './reserved-addresses.js';
import { UniqueAddresses } from './unique-addresses.js';
import { columnsOf, type NewUser } from './new-user.js';
import { applyPatch } from './profile-patch.js';
import { UNIQUE_EMAIL, User } from './user.entity.js';
import {
  findUser,
  findUserByEmail,
  keepUser,
  lockUser,
  lockUserByEmail,
  otherHas,
  reserveMailSlotSince,
  setDevicesKnownSince,
  takeRole,
} from './user.repository.js';
import { emailTaken, userNotFound } from './users.errors.js';
import { emailChanged, emailVerified, userRemoved, userUpdated } from './users.events.js';

/** The minimum time between mails that anyone who knows an address can trigger. */
const MAIL_PAUSE_MS = 60_000;

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly profiles: ProfileCache,
    private readonly unique: UniqueAddresses,
    private readonly reserved: ReservedAddresses,
    private readonly sessions: LiveSessions,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Creates a user in the caller's transaction.
   * @throws Problem `email-taken`, including if a concurrent transaction was faster, or the address is reserved
   */
  async create(em: EntityManager, input: NewUser): Promise<User> {
    const now = this.clock.now();
    const id = input.id ?? this.ids.next(now);
    const user = em.create(User, {
      id,
      ...this.emails.seal(id, input.email),
      auditKeySealed: this.audit.issueKey(em, id),
      ...columnsOf(input),
      status: 'active',
      signInNotifications: true,
      mailedAt: input.mailSent ? now : null,
      createdAt: now,
      updatedAt: now,
    });
    this.emails.remember(user, input.email);
    await this.unique.claim(em, input.email);
    await flushAddress(em.persist(user));
    const isProven = input.emailVerified || input.provesLater === true;
    if (await this.reserved.isReserved(em, input.email, { isProven })) {
      throw emailTaken();
    }
    return user;
  }

  /**
   * Gives a locked user another address that they have proved to be theirs, in the caller's transaction. Call
   * `invalidate` after the commit.
   * @throws Problem `email-taken`
   */
  async changeEmail(em: EntityManager, user: User, email: string): Promise<void> {
    const changes = { email: { from: this.emails.addressOf(user), to: email } };
    const wasVerified = user.emailVerified;
    await this.unique.claim(em, email, user.id);
    Object.assign(user, this.emails.seal(user.id, email), {
      emailVerified: true,
      updatedAt: this.clock.now(),
    });
    await flushAddress(em);
    if (await this.reserved.isReserved(em, email, { user: user.id, isProven: true })) {
      throw emailTaken();
    }
    await this.audit.record(em, emailChanged, { subject: user.id, changes });
    if (!wasVerified) {
      await this.audit.record(em, emailVerified, { subject: user.id });
    }
  }

  findByEmail(em: EntityManager, email: string): Promise<User | null> {
    return this.findByIndexes(em, this.emails.candidates(email));
  }

  /** @param indexes all blind indexes that the address can have */
  findByIndexes(em: EntityManager, indexes: readonly string[]): Promise<User | null> {
    return findUserByEmail(em, indexes);
  }

  find(em: EntityManager, id: string): Promise<User | null> {
    return findUser(em, id);
  }

  /** Locks the user until the caller's transaction ends. */
  lock(em: EntityManager, id: string): Promise<User | null> {
    return lockUser(em, id);
  }

  /** Like `find`. @throws Problem `user-not-found` */
  async findExisting(em: EntityManager, id: string): Promise<User> {
    return existing(await findUser(em, id));
  }

  /** Like `lock`: of many changes at once, each sees what the one before has done. @throws Problem `user-not-found` */
  async lockExisting(em: EntityManager, id: string): Promise<User> {
    return existing(await lockUser(em, id));
  }

  /**
   * Like `lockExisting`, for a change that a user makes themselves. They were signed in when the request arrived. Since
   * then, the account may have been taken away from them, as from someone who had no right to it: a password reset, "that
   * wasn't me", or the proof of an address.
   * @throws Problem `unauthenticated` if their session has ended
   */
  async lockCaller(em: EntityManager, { userId, sessionId }: ChangingUser): Promise<User> {
    const user = await this.lockExisting(em, userId);
    await this.sessions.require(em, sessionId);
    return user;
  }

  /**
   * Locks a user whom an administrator changes, and keeps the administrator as they are, in the order of their IDs, so that
   * two who change each other don't deadlock. An administrator can change many users at once.
   * @throws Problem `user-not-found`
   */
  async lockManaged(em: EntityManager, administrator: string, id: string): Promise<User> {
    const found = new Map<string, User | null>();
    for (const each of [...new Set([administrator, id])].sort()) {
      found.set(each, await (each === id ? lockUser(em, each) : keepUser(em, each)));
    }
    return existing(found.get(id) ?? null);
  }

  /** Like `lockByEmail`, but as if there were no such user while another transaction has them locked. */
  lockFreeByEmail(em: EntityManager, email: string): Promise<User | null> {
    return lockUserByEmail(em, this.emails.candidates(email), LockMode.PESSIMISTIC_PARTIAL_WRITE);
  }

  /** Locks the user until the caller's transaction ends. */
  lockByEmail(em: EntityManager, email: string): Promise<User | null> {
    return lockUserByEmail(em, this.emails.candidates(email));
  }

  /**
   * Reserves the right to send this user a mail that anyone can trigger. The next one has to wait a minute.
   * @returns false if the last such mail was too recent
   */
  reserveMailSlot(em: EntityManager, { id }: User): Promise<boolean> {
    const now = this.clock.now();
    return reserveMailSlotSince(em, id, new Date(now.getTime() - MAIL_PAUSE_MS), now);
  }

  /** What's cached, if anything. */
  peekProfile(id: string): Profile | undefined {
    return this.profiles.peek(id);
  }

  /** Like `profile`. @returns null if there's no such user */
  async findProfile(id: string): Promise<Profile | null> {
    try {
      return await this.profile(id);
    } catch (error) {
      if (userNotFound.is(error)) {
        return null;
      }
      throw error;
    }
  }

  /** @throws Problem `user-not-found` */
  profile(id: string): Promise<Profile> {
    return this.profiles.get(id, () =>
      this.database.run(async (em) => this.profileOf(await this.findExisting(em, id))),
    );
  }

  /**
   * @param isExpected whether the change applies to a version
   * @throws Problem `user-not-found`, `precondition-failed`, `unauthenticated`, `step-up-required`
   */
  async updateProfile(
    caller: ProvenUser,
    patch: ProfilePatch,
    isExpected: VersionCondition,
  ): Promise<Profile> {
    const updated = await this.database.transaction(async (em) => {
      const user = await this.lockCaller(em, caller);
      requireVersion(isExpected, user.version);
      // Otherwise, whoever has found a device that is signed in could sign in on theirs unnoticed.
      if (patch.signInNotifications === false && user.signInNotifications) {
        requireRecentProof(caller.authenticatedAt, this.clock.now());
      }
      const before = caller.isImpersonated ? this.profileOf(user) : undefined;
      const changed = await this.change(em, user, patch);
      const after = this.profileOf(user);
      const changes = before && changesBetween(before, after);
      if (changes) {
        await this.audit.record(em, userUpdated, { subject: user.id, changes });
      } else if (changed.length > 0) {
        // What users change themselves isn't in the audit log.
        await this.outbox.append(em, userUpdatedEvent, user.id, {
          actorId: user.id,
          impersonatorId: null,
          changed,
        });
      }
      return after;
    });
    this.invalidate(caller.userId);
    return updated;
  }

  /**
   * Changes a locked user in the caller's transaction. Call `invalidate` after the commit. A patch without any changes
   * doesn't create a new version.
   * @returns the names of the members that have changed
   */
  async change(em: EntityManager, user: User, patch: ManagedPatch): Promise<string[]> {
    const changed = applyPatch(user, patch);
    if (changed.length > 0) {
      user.updatedAt = this.clock.now();
      await em.flush();
    }
    return changed;
  }

  /** Sets what a locked user is, in the caller's transaction. Call `invalidate` after the commit. */
  async set(em: EntityManager, user: User, state: Partial<Pick<User, 'roles' | 'status'>>): Promise<void> {
    Object.assign(user, state, { updatedAt: this.clock.now() });
    await em.flush();
  }

  /** Whether a user other than this one has the role and can sign in. */
  hasOther(em: EntityManager, id: string, role: string): Promise<boolean> {
    return otherHas(em, id, role);
  }

  /** Marks the address of a locked user as verified in the caller's transaction. Call `invalidate` after the commit. */
  async markEmailVerified(em: EntityManager, user: User): Promise<void> {
    user.emailVerified = true;
    user.updatedAt = this.clock.now();
    await em.flush();
    await this.audit.record(em, emailVerified, { subject: user.id });
  }

  /**
   * Forgets the devices on which the user signed in before this instant. Their next sign-ins are on new devices.
   * @param since null if there's no sign-in of theirs yet
   */
  knowDevicesSince(em: EntityManager, id: string, since: Date | null): Promise<void> {
    return setDevicesKnownSince(em, id, since);
  }

  /** Like `knowDevicesSince` as of now. What a device got in this very millisecond doesn't count, either. */
  forgetDevices(em: EntityManager, id: string): Promise<void> {
    return this.knowDevicesSince(em, id, new Date(this.clock.millis() + 1));
  }

  /** Deletes a locked user in the caller's transaction, with all that refers to them. Call `invalidate` after the commit. */
  async remove(em: EntityManager, { id }: User): Promise<void> {
    // Not after it: the key for its details goes with the user.
    await this.audit.record(em, userRemoved, { subject: id });
    await em.nativeDelete(User, { id });
  }

  /**
   * Takes a role from everyone in the caller's transaction. Call `invalidate` for each after the commit.
   * @returns who had it. If those are more than `max`, the caller rolls back
   */
  takeRole(em: EntityManager, role: string, max: number): Promise<string[]> {
    return takeRole(em, role, this.clock.now(), max);
  }

  /** Makes every replica reload the user. */
  invalidate(id: string): void {
    this.profiles.invalidate(id);
  }

  /** Lists all visible fields explicitly, so that a new column isn't exposed by accident. */
  profileOf(user: User): Profile {
    const { id, version, emailVerified, displayName, locale, timezone } = user;
    const { avatarUrl, signInNotifications, roles, status, metadata, appMetadata } = user;
    const { createdAt, updatedAt } = user;
    return {
      id,
      version,
      email: this.emails.addressOf(user),
      emailVerified,
      displayName: displayName ?? null,
      locale,
      timezone,
      avatarUrl: avatarUrl ?? null,
      signInNotifications,
      roles,
      status,
      metadata,
      appMetadata,
      createdAt,
      updatedAt,
    };
  }
}

/** @throws Problem `email-taken` */
async function flushAddress(em: EntityManager): Promise<void> {
  try {
    await em.flush();
  } catch (error) {
    throw isUniqueViolation(error, UNIQUE_EMAIL) ? emailTaken({ cause: error }) : error;
  }
}

function existing(user: User | null): User {
  if (!user) {
    throw userNotFound();
  }
  return user;
}
