import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { IdSource } from '#libs/clock';
import { passkeyAdded, passkeyRemoved } from '#libs/contracts';
import {
  Database,
  isUniqueViolation,
  type PageRequest,
  requireVersion,
  type Slice,
  sliceOf,
  type VersionCondition,
} from '#libs/database';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { SessionCache } from '../sessions/session-cache.js';
import { forgetMissingFactors } from '../sessions/session.repository.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import type { Device } from '../sessions/session-issuer.js';
import { lastSignInMethod } from '../sign-in/sign-in.errors.js';
import { SignInMethods } from '../ownership/sign-in-methods.js';
import { passkeyWasAdded, passkeyWasRemoved } from './passkeys.events.js';
import { Passkey } from './passkey.entity.js';
import { countPasskeys, findPasskey, findPasskeys } from './passkey.repository.js';
import { PasskeyChallenges } from './passkey-challenges.js';
import { passkeyExists, passkeyNotFound, passkeyRejected, tooManyPasskeys } from './passkeys.errors.js';
import { WebAuthn } from './webauthn.js';

const MAX_PASSKEYS = 50;

interface NewPasskey {
  readonly response: RegistrationResponseJSON;
  readonly name: string;
}

/** The passkeys of a user. */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly webAuthn: WebAuthn,
    private readonly challenges: PasskeyChallenges,
    private readonly methods: SignInMethods,
    private readonly changes: AccountChanges,
    private readonly sessions: SessionCache,
    private readonly ids: IdSource,
  ) {}

  /** @returns what the browser needs to make a passkey. @throws Problem `too-many-passkeys` */
  async options(userId: string): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const known = await this.database.run((em) => em.find(Passkey, { user: userId }));
    requireRoom(known.length);
    const options = await this.webAuthn.registrationOptions(await this.users.profile(userId), known);
    await this.challenges.add(options.challenge, userId);
    return options;
  }

  /**
   * Adds a passkey that was made with the user's options, which work once, and lets the owner know.
   * @throws Problem `passkey-rejected`, `passkey-exists`, `too-many-passkeys`, `unauthenticated` if the session has ended
   */
  async add(caller: ChangingUser, { response, name }: NewPasskey, device: Device): Promise<Passkey> {
    const { userId } = caller;
    const credential = await this.webAuthn.register(response, (challenge) =>
      this.challenges.use(challenge, userId),
    );
    if (!credential) {
      throw passkeyRejected(this.webAuthn.reasonAgainst(response));
    }
    return this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      requireRoom(await countPasskeys(em, userId));
      const now = await this.changes.momentFor(em, userId);
      const passkey = em.create(Passkey, {
        ...credential,
        id: this.ids.next(now),
        user: userId,
        transports: [...credential.transports],
        name,
        createdAt: now,
        lastUsedAt: null,
      });
      try {
        await em.persist(passkey).flush();
      } catch (error) {
        throw isUniqueViolation(error, 'passkeys_credential_id_unique')
          ? passkeyExists({ cause: error })
          : error;
      }
      await this.changes.tellOwner(em, user, {
        event: passkeyWasAdded,
        template: passkeyAdded,
        madeAt: now,
        device,
      });
      return passkey;
    });
  }

  /** Newest first. */
  list(userId: string, page: PageRequest, withTotal: boolean): Promise<Slice<Passkey>> {
    return this.database.run(async (em) => ({
      ...sliceOf(await findPasskeys(em, userId, page), page),
      ...(withTotal ? { total: await countPasskeys(em, userId) } : {}),
    }));
  }

  /** @throws Problem `passkey-not-found`, including for those of other users; `precondition-failed`, `unauthenticated` */
  rename(caller: ChangingUser, id: string, name: string, isExpected: VersionCondition): Promise<Passkey> {
    return this.database.transaction(async (em) => {
      await this.users.lockCaller(em, caller);
      const passkey = await this.required(em, caller.userId, id, isExpected);
      passkey.name = name;
      await em.flush();
      return passkey;
    });
  }

  /**
   * Removes a passkey, and lets the owner know.
   * @throws Problem `passkey-not-found`, `precondition-failed`, `last-sign-in-method`, `unauthenticated`
   */
  async remove(
    caller: ChangingUser,
    id: string,
    isExpected: VersionCondition,
    device: Device,
  ): Promise<void> {
    const { userId } = caller;
    const changed = await this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      await this.required(em, userId, id, isExpected);
      if ((await this.methods.count(em, userId)) === 1) {
        throw lastSignInMethod();
      }
      await em.nativeDelete(Passkey, { id });
      await this.changes.tellOwner(em, user, { event: passkeyWasRemoved, template: passkeyRemoved, device });
      return forgetMissingFactors(em, userId);
    });
    this.sessions.changed(changed);
  }

  private async required(
    em: EntityManager,
    userId: string,
    id: string,
    isExpected: VersionCondition,
  ): Promise<Passkey> {
    const passkey = await findPasskey(em, userId, id);
    if (!passkey) {
      throw passkeyNotFound();
    }
    requireVersion(isExpected, passkey.version);
    return passkey;
  }
}

function requireRoom(count: number): void {
  if (count >= MAX_PASSKEYS) {
    throw tooManyPasskeys();
  }
}
