import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { contentOf, findAllInbox } from './inbox.repository.js';

/** What the user was told in the app. */
@HoldsPersonalData(notifications, 'inbox')
export class InboxData implements PersonalData {
  constructor(private readonly sealer: Sealer) {}

  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    for await (const item of everyRow((page) => findAllInbox(em, userId, page))) {
      const { id, template, readAt, archivedAt, createdAt } = item;
      yield { id, template, ...contentOf(this.sealer, item), createdAt, readAt, archivedAt };
    }
  }
}
