import { Inject, Injectable } from '@nestjs/common';
import { defineKeyedValue, Sealer } from '#libs/crypto';
import { SECURITY, TEMPLATE_OPTIONS, type TemplateOptions } from '../templates/index.js';

/** What a link turns off: emails of a category for a user. */
export interface Subscription {
  readonly userId: string;
  readonly category: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CONTEXT = 'unsubscribe';
const UUID_LENGTH = 36;

/** The links in emails with which readers turn off more like them. They never expire: people keep emails. */
@Injectable()
export class UnsubscribeLinks {
  constructor(
    private readonly sealer: Sealer,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /** @returns undefined for what can't be turned off */
  urlFor({ userId, category }: Subscription): string | undefined {
    return category === SECURITY
      ? undefined
      : `${this.options.publicUrl}/unsubscribe/${this.sealer.seal(`${userId}${category}`, CONTEXT)}`;
  }

  /** @returns undefined if the token isn't one of ours */
  read(token: string): Subscription | undefined {
    try {
      const text = this.sealer.open(token, CONTEXT);
      return { userId: text.slice(0, UUID_LENGTH), category: text.slice(UUID_LENGTH) };
    } catch {
      return undefined;
    }
  }
}

defineKeyedValue('unsubscribe links', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: 60 * DAY_MS,
  otherwise: 'the link in the email no longer works',
});
