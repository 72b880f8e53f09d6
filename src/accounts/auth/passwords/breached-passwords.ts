import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { Outage } from '#libs/lifecycle';
import { countFromZero } from '#libs/telemetry';
import { AppConfig } from '../../../../config/index.js';

/** A service that is slower than this refuses nobody. */
const TIMEOUT_MS = 300;
const PREFIX_LENGTH = 5;

/**
 * Asks a service in the form of Pwned Passwords whether a password is known from a data breach. The service only learns
 * the first five digits of its SHA-1, which it shares with hundreds of others (k-anonymity).
 */
@Injectable()
export class BreachedPasswords {
  private readonly logger = new Logger(BreachedPasswords.name);
  private readonly url: string | null;
  private readonly checks: Counter<'result'>;

  private readonly outage = new Outage({
    began: (cause) => {
      this.logger.warn(
        'passwords are not checked against data breaches: PASSWORD_BREACH_URL does not answer',
        cause,
      );
    },
    ended: (seconds) => {
      this.logger.log(`passwords are checked against data breaches again, after ${seconds} seconds`);
    },
  });

  constructor({ passwordBreachUrl }: AppConfig, registry: Registry) {
    this.url = passwordBreachUrl;
    this.checks = new Counter({
      name: 'gatehouse_password_breach_checks_total',
      help: 'Passwords that were checked against data breaches, by result: known, unknown or unchecked.',
      labelNames: ['result'],
      registers: [registry],
    });
    countFromZero(
      this.checks,
      ['known', 'unknown', 'unchecked'].map((result) => ({ result })),
    );
  }

  /** False as well if the service isn't configured, or doesn't answer in time. */
  async include(password: string): Promise<boolean> {
    if (this.url === null) {
      return false;
    }
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase();
    try {
      const known = await this.ask(this.url, digest);
      this.outage.ended();
      this.checks.inc({ result: known ? 'known' : 'unknown' });
      return known;
    } catch (error) {
      this.outage.began(error);
      this.checks.inc({ result: 'unchecked' });
      return false;
    }
  }

  private async ask(url: string, digest: string): Promise<boolean> {
    const response = await fetch(`${url}/${digest.slice(0, PREFIX_LENGTH)}`, {
      // Other digits follow, of passwords that don't exist, so that the size of the response doesn't tell either.
      headers: { 'Add-Padding': 'true' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new Error(`the response was a ${response.status}`);
    }
    const suffix = digest.slice(PREFIX_LENGTH);
    const line = (await response.text())
      .split('\n')
      .find((one) => one.toUpperCase().startsWith(`${suffix}:`));
    // Padding has a count of 0.
    return Number(line?.split(':')[1] ?? 0) > 0;
  }
}
