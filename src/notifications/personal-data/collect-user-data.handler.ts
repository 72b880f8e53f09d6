import type { EntityManager } from '@mikro-orm/postgresql';
import { collectUserData, notifications, type UserDataRequest, userDataCollected } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler, Outbox } from '#libs/messaging';
import { type PersonalData, PersonalDataSections } from '#libs/personal-data';

/** Answers with everything that this service has about a user. */
@HandlesMessage(notifications, collectUserData)
export class CollectUserDataHandler implements MessageHandler<UserDataRequest> {
  constructor(
    private readonly sections: PersonalDataSections,
    private readonly outbox: Outbox,
  ) {}

  async handle(
    em: EntityManager,
    { subject: userId, data: { exportId, attempt } }: Message<UserDataRequest>,
  ): Promise<void> {
    const sections: Record<string, unknown> = {};
    for (const { name, data } of this.sections.of(notifications)) {
      sections[name] = await valueOf(data.collect(em, userId));
    }
    await this.outbox.append(em, userDataCollected, userId, { exportId, attempt, sections });
  }
}

async function valueOf(collected: ReturnType<PersonalData['collect']>): Promise<object | null> {
  if (!(Symbol.asyncIterator in collected)) {
    return collected;
  }
  const items: object[] = [];
  for await (const item of collected) {
    items.push(item);
  }
  return items;
}
