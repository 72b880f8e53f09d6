import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Algorithm, Options } from '@node-rs/argon2';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { parse } from 'uuid';
import { unavailable } from '#libs/problem';
import { AppConfig } from '../../../../config/index.js';
import { HashingThreads, TASKS_PER_THREAD } from './hashing-threads.js';
import { parsePasswordHash, type PasswordHash } from './stored-hash.js';
import { QueueFullError, WorkQueue } from './work-queue.js';

/** Argon2id with 19 MiB, 2 passes and 1 lane (OWASP Password Storage Cheat Sheet). Can be raised at any time. */
export const ARGON2_PARAMETERS = {
  // `const enum` members can't be read under isolatedModules; 2 is Argon2id (RFC 9106, section 3.1).
  algorithm: 2 as Algorithm,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
} satisfies Options;

const RETRY_AFTER_SECONDS = '2';
const DECOY = 'correct horse battery staple';

/** Hashes passwords off the event loop in a few threads, and rejects work that would have to wait too long. */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly threads: HashingThreads;
  private readonly queue: WorkQueue;
  private readonly waits: Histogram;
  private readonly refusals: Counter;
  /** Verified for unknown addresses, so that the response takes the same time. */
  private decoy: Promise<string> | undefined;

  constructor({ passwordHashing }: AppConfig, registry: Registry) {
    const { concurrency, queueLength } = passwordHashing;
    this.threads = new HashingThreads(concurrency);
    const queue = new WorkQueue(concurrency * TASKS_PER_THREAD, queueLength);
    this.queue = queue;
    this.waits = new Histogram({
      name: 'gatehouse_password_hash_wait_seconds',
      help: 'Time that passwords waited for a hashing thread.',
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
    this.refusals = new Counter({
      name: 'gatehouse_password_hash_refused_total',
      help: 'Requests rejected with 503 because too many passwords were waiting to be hashed or verified.',
      registers: [registry],
    });
    new Gauge({
      name: 'gatehouse_password_hash_waiting',
      help: 'Passwords waiting to be hashed or verified.',
      registers: [registry],
      collect() {
        this.set(queue.length);
      },
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.threads.close();
  }

  /**
   * @param salt a UUID to which the result belongs, so that hashes of the same password can be compared; random if absent
   * @throws Problem `unavailable` if too many are waiting
   */
  hash(password: string, salt?: string): Promise<string> {
    const options = salt === undefined ? ARGON2_PARAMETERS : { ...ARGON2_PARAMETERS, salt: parse(salt) };
    return this.enqueue(() => this.threads.hash(canonical(password), options));
  }

  /**
   * Until the first sign-in upgrades it, a hash from another system doesn't take the time of our own, which tells anyone
   * who measures it that the address has an account. We can't avoid that.
   * @param stored a hash of ours or of another system, or undefined if there is no such user, which takes the same time
   * as one of ours
   * @throws Problem `unavailable` if too many are waiting
   */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const matches = await this.enqueue(async () =>
      this.threads.verify(readHash(stored ?? (await this.decoyHash())), formsOf(password)),
    );
    return matches && stored !== undefined;
  }

  /** Computed on first use and shared. If it fails, all current callers fail, and the next one tries again. */
  private decoyHash(): Promise<string> {
    this.decoy ??= this.threads.hash(DECOY, ARGON2_PARAMETERS).catch((error: unknown) => {
      this.decoy = undefined;
      throw error;
    });
    return this.decoy;
  }

  /** Whether a stored hash was made with another function, or parameters other than the current ones. */
  isOutdated(stored: string): boolean {
    const { memoryCost, timeCost, parallelism } = ARGON2_PARAMETERS;
    return !stored.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
  }

  private async enqueue<T>(work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      return await this.queue.run(() => {
        this.waits.observe((performance.now() - since) / 1_000);
        return work();
      });
    } catch (error) {
      if (error instanceof QueueFullError) {
        this.refusals.inc();
        throw unavailable({ headers: { 'Retry-After': RETRY_AFTER_SECONDS }, cause: error });
      }
      throw error;
    }
  }
}

function readHash(stored: string): PasswordHash {
  const hash = parsePasswordHash(stored);
  if (hash.kind === 'unusable') {
    throw new Error(`a stored password hash ${hash.reason}`);
  }
  return hash;
}

/**
 * Other systems hash what was typed, or compose it first. Of ours, only the first form can match, but all are tried: they
 * look like any Argon2id hash, and have to take as long as the decoy. ASCII has a single form.
 */
function formsOf(password: string): string[] {
  return [...new Set([canonical(password), password, password.normalize('NFC')])];
}

/** Keyboards may compose the same characters differently (NIST SP 800-63B, section 5.1.1.2). */
function canonical(password: string): string {
  return password.normalize('NFKC');
}
