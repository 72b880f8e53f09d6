import { Injectable } from '@nestjs/common';
import { Clock, IdSource, lowestIdAt, timeOfId } from '#libs/clock';
import { commonIndex } from '#libs/crypto';
import { Database } from '#libs/database';
import { addAttempt, countAttempts, findFirstAttempt, removeAttempt } from './failed-attempts.repository.js';
import { tooManyAttempts } from './attempts.errors.js';
import { type CheckKind, CredentialChecks } from './credential-checks.js';

/** NIST SP 800-63B, section 5.2.2: at most 100 failed attempts on one account. */
const MAX_ATTEMPTS = 100;
const WINDOW_MS = 60 * 60 * 1000;
/**
 * So few that five replicas may check as many at once without counting them first. That saves writing for those who know
 * their password.
 */
const UNCOUNTED = 20;

/** Whose failed attempts are counted together, and what they are for. */
export interface Subject {
  readonly name: string;
  readonly kind: CheckKind;
}

/** Bounds how many passwords or codes can be tried in an hour, over all replicas. */
@Injectable()
export class FailedAttempts {
  /** How many are being checked here. */
  private readonly running = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly checks: CredentialChecks,
  ) {}

  /**
   * Everyone who tries to sign in with an address, whether or not it has an account.
   * @param candidates its blind indexes. Counted under one that all replicas agree on, while keys are being replaced
   */
  ofAddress(candidates: readonly string[]): Subject {
    return { name: `address:${commonIndex(candidates)}`, kind: 'password' };
  }

  /** The same for one-time codes, so that wrong passwords block no code. */
  ofCodes(candidates: readonly string[]): Subject {
    return { name: `codes:${commonIndex(candidates)}`, kind: 'one-time-code' };
  }

  /**
   * Whoever uses a device on which the user has signed in. It has a limit of its own: otherwise, anyone could lock the user
   * out with wrong ones.
   */
  ofDevice(name: string, kind: CheckKind): Subject {
    return { name: `device:${name}`, kind };
  }

  /** Everyone who has passed the first step of signing in as this user. */
  ofFactors(userId: string): Subject {
    return { name: `factors:${userId}`, kind: 'second-factor' };
  }

  /** Whoever uses this session. */
  ofSession(id: string): Subject {
    return { name: `session:${id}`, kind: 'step-up' };
  }

  /** Whoever has the link with this token's hash. */
  ofLink(tokenHash: string): Subject {
    return { name: `link:${tokenHash}`, kind: 'link' };
  }

  /** Attempts before this one are forgotten. A UUIDv7. */
  oldest(): string {
    return lowestIdAt(new Date(this.clock.millis() - WINDOW_MS));
  }

  /**
   * @param verify checks the password or code, and returns something falsy if it's wrong. Only runs if another one may be tried
   * @param known how many failed attempts were counted, if the caller has just looked
   * @returns what `verify` returns
   * @throws Problem `too-many-attempts`
   */
  async check<T>({ name, kind }: Subject, verify: () => Promise<T>, known?: number): Promise<T> {
    try {
      const result = await this.checkBounded(name, verify, known);
      this.checks.count(kind, result ? 'right' : 'wrong');
      return result;
    } catch (error) {
      if (tooManyAttempts.is(error)) {
        this.checks.count(kind, 'blocked');
      }
      throw error;
    }
  }

  /** How many have failed in the last hour. */
  count({ name }: Subject): Promise<number> {
    return this.countOf(name);
  }

  private async checkBounded<T>(subject: string, verify: () => Promise<T>, known?: number): Promise<T> {
    const running = this.running.get(subject) ?? 0;
    this.running.set(subject, running + 1);
    try {
      const failed = known ?? (await this.countOf(subject));
      return failed + running < UNCOUNTED
        ? await this.countIfWrong(subject, verify)
        : await this.countFirst(subject, verify);
    } finally {
      this.leave(subject);
    }
  }

  private countOf(subject: string): Promise<number> {
    return this.database.run((em) => countAttempts(em, subject, this.oldest()));
  }

  private async countIfWrong<T>(subject: string, verify: () => Promise<T>): Promise<T> {
    const result = await verify();
    if (!result) {
      await this.add(subject);
    }
    return result;
  }

  private async countFirst<T>(subject: string, verify: () => Promise<T>): Promise<T> {
    const id = await this.add(subject);
    if (id === undefined) {
      throw tooManyAttempts({ headers: { 'Retry-After': String(await this.secondsUntilNext(subject)) } });
    }
    let isWrong = false;
    try {
      const result = await verify();
      isWrong = !result;
      return result;
    } finally {
      // It doesn't count if it couldn't be checked, either.
      if (!isWrong) {
        await this.database.run((em) => removeAttempt(em, subject, id));
      }
    }
  }

  /** @returns undefined if there are too many */
  private async add(subject: string): Promise<string | undefined> {
    const now = this.clock.now();
    const id = this.ids.next(now);
    const expiresAt = new Date(now.getTime() + WINDOW_MS);
    const attempt = { subject, id, oldest: this.oldest(), expiresAt };
    return (await this.database.run((em) => addAttempt(em, attempt, MAX_ATTEMPTS))) ? id : undefined;
  }

  private async secondsUntilNext(subject: string): Promise<number> {
    const first = await this.database.run((em) => findFirstAttempt(em, subject, this.oldest()));
    const now = this.clock.millis();
    const freeAt = first === undefined ? now : timeOfId(first).getTime() + WINDOW_MS;
    return Math.max(1, Math.ceil((freeAt - now) / 1000));
  }

  private leave(subject: string): void {
    const left = (this.running.get(subject) ?? 1) - 1;
    if (left === 0) {
      this.running.delete(subject);
    } else {
      this.running.set(subject, left);
    }
  }
}
