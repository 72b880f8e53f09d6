import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { withMinimumDuration } from '#libs/lifecycle';
import { invalidInput } from '#libs/problem';
import { type AfterCommit, allOf } from '#libs/saga';
import { canonicalEmail } from '#libs/text';
import {
  type ChangingUser,
  EmailCipher,
  emailTaken,
  ReservedAddresses,
  type User,
  UsersService,
} from '../../users/index.js';
import { invalidToken } from '../email/email.errors.js';
import type { Device } from '../sessions/session-issuer.js';
import { EmailChange } from './email-change.entity.js';
import { findChange, findLink, findLastChange, findOpenChange } from './email-change.repository.js';
import { EmailChangeSaga } from './email-change.saga.js';
import { CONFIRM_MS, firstCommands, PAUSE_MS } from './email-change.states.js';
import type { EmailChangeLink, LinkPurpose } from './email-change-link.entity.js';
import { EmailChangeMails } from './email-change-mails.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_MS = 30 * DAY_MS;

/** Changes the email addresses of users. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly emails: EmailCipher,
    private readonly reserved: ReservedAddresses,
    private readonly saga: EmailChangeSaga,
    private readonly mails: EmailChangeMails,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Asks the new address whether it belongs to the user, and warns the old one. Neither the result nor the duration
   * reveals whether the new address has an account or someone else wants it. Replaces an earlier request, unless it was
   * for the same address in the last minute.
   * @throws Problem `invalid-input` if it's the address that the user has, `unauthenticated` if the session has ended
   */
  async request(caller: ChangingUser, newEmail: string, device: Device): Promise<void> {
    const afterCommit = await withMinimumDuration(() =>
      this.database.transaction(async (em) => {
        const user = await this.users.lockCaller(em, caller);
        if (isSame(newEmail, this.emails.addressOf(user))) {
          throw unchanged();
        }
        const open = await findOpenChange(em, user.id);
        if (open && this.isRepeated(open, newEmail)) {
          return;
        }
        const superseded = open && (await this.saga.apply(em, open, { type: 'superseded' }));
        const started = await this.start(em, user, newEmail, device);
        return allOf([superseded, started]);
      }),
    );
    afterCommit?.();
  }

  /**
   * Gives the account the new address. Succeeds again for a link that has already done so, until the link expires.
   * @throws Problem `invalid-token`, also if all sessions were ended since the request; `email-taken`
   */
  async confirm(token: string, device: Device): Promise<void> {
    const confirming = this.withLink(token, ['confirm'], async (em, change) => {
      if (change.state === 'confirmed' || change.state === 'settled') {
        return () => undefined;
      }
      const user = await this.users.findExisting(em, change.user);
      const now = this.clock.now();
      // Whoever ends all sessions, such as with a new password, ends what they have begun.
      if (user.sessionEpoch !== change.sessionEpoch || user.status !== 'active') {
        return undefined;
      }
      const kept = await this.reserved.holderOf(em, user.id, this.mails.newAddressOf(change));
      const isReturn = kept !== undefined;
      const { emailVerified: isVerified } = user;
      return this.saga.apply(em, change, { type: 'confirmed', at: now, device, isVerified, isReturn });
    });
    await confirming.catch((error: unknown) => {
      throw emailTaken.is(error) ? takenByNow(error) : error;
    });
  }

  /**
   * With a link from a mail to the old address: gives the account the old address back, and the account to its owner.
   * With the link to the new address: only cancels the request. Succeeds again for a link that has already done so, until
   * the link expires.
   * @throws Problem `invalid-token`
   */
  async undo(token: string, device: Device): Promise<void> {
    await this.withLink(token, ['undo', 'confirm'], async (em, change, { purpose }) => {
      const isOwner = purpose === 'undo';
      if (change.state === (isOwner ? 'undone' : 'declined')) {
        return () => undefined;
      }
      return this.saga.apply(em, change, isOwner ? { type: 'undone', device } : { type: 'declined' });
    });
  }

  private async withLink(
    token: string,
    purposes: readonly LinkPurpose[],
    work: (em: EntityManager, change: EmailChange, link: EmailChangeLink) => Promise<AfterCommit | undefined>,
  ): Promise<void> {
    const tokenHash = hashToken(token);
    const afterCommit = await this.database.transaction(async (em) => {
      const link = await findLink(em, tokenHash, purposes, this.clock.now());
      const found = link && (await findChange(em, link.change));
      if (!found) {
        return undefined;
      }
      await this.users.lock(em, found.user);
      // As it is now that nobody else can change it.
      await em.refresh(found);
      return work(em, found, link);
    });
    if (!afterCommit) {
      throw invalidToken();
    }
    afterCommit();
  }

  private async start(em: EntityManager, user: User, newEmail: string, device: Device): Promise<AfterCommit> {
    const now = this.clock.now();
    const decoy =
      (await this.users.findByEmail(em, newEmail)) !== null ||
      (await this.reserved.isReserved(em, newEmail, { user: user.id, isProven: true }));
    const last = await findLastChange(em, user.id);
    const sealed = this.emails.seal(user.id, newEmail);
    const change = em.create(EmailChange, {
      id: this.ids.next(now),
      state: 'requested',
      wakeAt: new Date(now.getTime() + CONFIRM_MS),
      user: user.id,
      ordinal: (last?.ordinal ?? 0) + 1,
      sessionEpoch: user.sessionEpoch,
      fromSealed: user.emailSealed,
      toSealed: sealed.emailSealed,
      toIndex: sealed.emailIndex,
      decoy,
      createdAt: now,
      expiresAt: new Date(now.getTime() + KEPT_MS),
    });
    // The link of the last warning works as long as nothing has come of what it's about.
    const isRepeated = this.isRecent(last) && (last?.state === 'superseded' || last?.state === 'declined');
    const request = { isVerified: user.emailVerified, isRepeated, device };
    return this.saga.start(em, change, firstCommands(change, request));
  }

  private isRepeated(open: EmailChange, newEmail: string): boolean {
    return this.isRecent(open) && isSame(newEmail, this.mails.newAddressOf(open));
  }

  private isRecent(change: EmailChange | null): boolean {
    return change !== null && change.createdAt.getTime() > this.clock.millis() - PAUSE_MS;
  }
}

function isSame(one: string, other: string): boolean {
  return canonicalEmail(one) === canonicalEmail(other);
}

function unchanged(): Error {
  const error = { pointer: '/newEmail', code: 'unchanged', message: 'is already your address' };
  return invalidInput({ errors: [error] });
}

/** Whoever has the link reads the mail to the address, so they may know. */
function takenByNow(cause: unknown): Error {
  const message = 'is for an address that is already in use';
  return emailTaken({
    detail: 'The address now belongs to another account, so your account keeps its current one.',
    errors: [{ pointer: '/token', code: 'email-taken', message }],
    cause,
  });
}
