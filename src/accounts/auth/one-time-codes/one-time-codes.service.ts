import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { signInCode } from '#libs/contracts';
import { defineKeyedValue, hashToken, type Mac, MacFactory, randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { withMinimumDuration } from '#libs/lifecycle';
import { printableUserAgent } from '#libs/text';
import { EmailCipher, UsersService } from '../../users/index.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { AccountMails } from '../email/account-mails.js';
import { AddressRequests } from '../email/address-requests.js';
import { invalidToken } from '../email/email.errors.js';
import { AddressClaim } from '../registration/address-claim.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import { KnownDevices } from '../sign-in/known-devices.js';
import { invalidCode } from '../sign-in/sign-in.errors.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import {
  countTry,
  type CountedTry,
  deleteCode,
  findCode,
  putCode,
  type Trying,
} from './one-time-code.repository.js';
import { codeRequired } from './one-time-codes.errors.js';

export const CODE_LIFETIME_MS = 10 * 60 * 1000;
/** The minimum time between two mails. Whoever has to wait has got one just now. */
const PAUSE_MS = 60_000;

/** The browser that asks or tries. */
export interface AskingBrowser {
  readonly device: Device;
  /** What it was given when it asked for a code. */
  readonly secret: string | undefined;
}

/** Signs in with a code or a link that the user gets by mail. */
@Injectable()
export class OneTimeCodesService {
  private readonly mac: Mac;

  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly users: UsersService,
    private readonly requests: AddressRequests,
    private readonly mails: AccountMails,
    private readonly attempts: FailedAttempts,
    private readonly devices: KnownDevices,
    private readonly claim: AddressClaim,
    private readonly signIn: SignInService,
    private readonly sessions: SessionCache,
    private readonly clock: Clock,
    macs: MacFactory,
  ) {
    this.mac = macs.for('one-time-code');
  }

  /**
   * Sends a code, unless there's no such account, it's suspended, or it has got a code in the last minute. Neither the
   * result nor the duration reveals which.
   * @param browser a secret that the browser keeps
   */
  async request(email: string, device: Device, browser: string): Promise<void> {
    await this.requests.run(email, async (em, user) => {
      if (user.status !== 'active') {
        return;
      }
      const token = randomToken();
      const tokenHash = hashToken(token);
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const createdAt = this.clock.now();
      const expiresAt = new Date(createdAt.getTime() + CODE_LIFETIME_MS);
      const row = {
        user: user.id,
        codeHash: this.mac.sign(messageOf(tokenHash, code)),
        tokenHash,
        browserHash: hashToken(browser),
        userAgent: printableUserAgent(device.userAgent),
        ipAddress: device.ipAddress,
        createdAt,
        expiresAt,
      };
      if (await putCode(em, row, new Date(createdAt.getTime() - PAUSE_MS))) {
        const path = `/sign-in?token=${token}`;
        await this.mails.send(em, user, { template: signInCode, path, code, expiresAt, device });
      }
    });
  }

  /**
   * @throws Problem `invalid-code`, taking the same time for an unknown address; `too-many-attempts`;
   * `invalid-credentials` if the user can't sign in
   */
  async verifyCode(email: string, code: string, { device, secret }: AskingBrowser): Promise<SignInOutcome> {
    const indexes = this.emails.candidates(email);
    const user = await this.database.run((em) => this.users.findByIndexes(em, indexes));
    const known = user ? this.devices.recognize(user, device.token) : undefined;
    const subject =
      known === undefined ? this.attempts.ofCodes(indexes) : this.attempts.ofDevice(known, 'one-time-code');
    // No browser has the hash of nothing.
    const browserHash = secret === undefined ? '' : hashToken(secret);
    const trying = { browserHash, isKnown: known !== undefined };
    const found = await withMinimumDuration(() =>
      this.attempts.check(subject, async () => user && (await this.tryCode(user.id, code, trying))),
    );
    if (!found) {
      throw invalidCode();
    }
    return this.consume(found, device, invalidCode);
  }

  /**
   * The link alone signs in the browser that asked for it. Elsewhere, it only says where it was asked for: otherwise,
   * whoever gets a forwarded link would be signed in.
   * @throws Problem `invalid-token`, `code-required`, and those of `verifyCode`
   */
  async verifyLink(token: string, code: string | undefined, browser: AskingBrowser): Promise<SignInOutcome> {
    const tokenHash = hashToken(token);
    const { row, user } = await this.database.run(async (em) => {
      const row = await findCode(em, tokenHash, this.clock.now());
      return { row, user: row && (await this.users.find(em, row.user)) };
    });
    if (!row || !user) {
      throw invalidToken();
    }
    if (code !== undefined) {
      return this.verifyCode(this.users.profileOf(user).email, code, browser);
    }
    if (browser.secret === undefined || hashToken(browser.secret) !== row.browserHash) {
      const { createdAt, ipAddress, userAgent } = row;
      throw codeRequired({ members: { requestedAt: createdAt.toISOString(), ipAddress, userAgent } });
    }
    return this.consume({ userId: user.id, tokenHash }, browser.device, invalidToken);
  }

  private async tryCode(userId: string, code: string, trying: Trying): Promise<CountedTry | undefined> {
    const counted = await this.database.run((em) => countTry(em, userId, trying, this.clock.now()));
    return counted && this.mac.verify(messageOf(counted.tokenHash, code), counted.codeHash)
      ? counted
      : undefined;
  }

  /** Whoever has the mail reads the user's mail, so the address is verified, too. */
  private async consume(
    { userId, tokenHash }: Pick<CountedTry, 'userId' | 'tokenHash'>,
    device: Device,
    isGone: () => Error,
  ): Promise<SignInOutcome> {
    const { outcome, ended } = await this.database.transaction(async (em) => {
      const user = await this.users.lock(em, userId);
      if (!user || !(await deleteCode(em, tokenHash))) {
        throw isGone();
      }
      const ended = await this.claim.take(em, user);
      const proof = { user, methods: ['otp'], at: this.clock.now() } as const;
      return { outcome: await this.signIn.complete(em, proof, device), ended };
    });
    this.sessions.ended(ended);
    this.users.invalidate(userId);
    return outcome;
  }
}

/** The token makes it different for every mail. */
function messageOf(tokenHash: string, code: string): string {
  return `${tokenHash}.${code}`;
}

defineKeyedValue('one-time codes', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: CODE_LIFETIME_MS,
  otherwise: 'the code is refused',
  columns: ['accounts.one_time_codes.code_hash'],
});
