import { Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import {
  PeerDirectory,
  userDeletedEvent,
  userEmailVerifiedEvent,
  userRegisteredEvent,
  userUpdatedEvent,
} from '#libs/contracts';
import type { Message } from '#libs/messaging';
import { eraseRecipient } from './erase-recipient.js';
import { RecipientRefresh } from './recipient-refresh.js';
import { markOutdated } from './recipient.repository.js';

/** The names of the members of `User` that are copied. */
const COPIED: ReadonlySet<string> = new Set(['displayName', 'email', 'emailVerified', 'locale', 'timezone']);
const CHANGES: ReadonlySet<string> = new Set(
  [userRegisteredEvent, userEmailVerifiedEvent, userUpdatedEvent].map(({ type }) => type),
);

/**
 * Notices in the events of accounts which copies are outdated. Events say who has changed, and not how, so accounts is then
 * asked, about many users at once. Does nothing if accounts runs in this process.
 */
@Injectable()
export class RecipientChanges {
  constructor(
    private readonly clock: Clock,
    private readonly refresh: RecipientRefresh,
    @Optional() private readonly accounts?: PeerDirectory,
  ) {}

  /** In the transaction that handles the event. */
  async notice(em: EntityManager, message: Message): Promise<void> {
    if (!this.accounts) {
      return;
    }
    const { id: changedBy, type, subject: userId } = message;
    if (type === userDeletedEvent.type) {
      await eraseRecipient(em, userId, this.clock.now());
    } else if (CHANGES.has(type) && concernsCopy(message)) {
      await markOutdated(em, { userId, changedBy }, this.clock.now());
      this.refresh.afterCommit(em);
    }
  }
}

function concernsCopy({ data }: Message): boolean {
  const { changed } = data as { readonly changed?: readonly string[] };
  return changed === undefined || changed.some((name) => COPIED.has(name));
}
