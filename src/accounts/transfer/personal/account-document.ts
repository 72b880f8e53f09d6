import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { accounts } from '#libs/contracts';
import { type PersonalData, PersonalDataSections } from '#libs/personal-data';

/** The document about a user, as text, so that it needn't fit in memory. */
@Injectable()
export class AccountDocument {
  constructor(
    private readonly sections: PersonalDataSections,
    private readonly clock: Clock,
  ) {}

  /** What this service has. The document isn't closed, since others follow. */
  async *begin(em: EntityManager, userId: string): AsyncGenerator<string, void> {
    yield `{"exportedAt":${JSON.stringify(this.clock.now())}`;
    for (const { name, data } of this.sections.of(accounts)) {
      yield `,\n${JSON.stringify(name)}:`;
      yield* textOf(data.collect(em, userId));
    }
  }

  /** What another service has, after which the document is complete. */
  end(sections: Readonly<Record<string, unknown>>): string {
    const members = Object.entries(sections).map(
      ([name, data]) => `,\n${JSON.stringify(name)}:${JSON.stringify(data)}`,
    );
    return `${members.join('')}}\n`;
  }
}

async function* textOf(collected: ReturnType<PersonalData['collect']>): AsyncGenerator<string, void> {
  if (!(Symbol.asyncIterator in collected)) {
    yield JSON.stringify(await collected);
    return;
  }
  let separator = '[';
  for await (const item of collected) {
    yield separator + JSON.stringify(item);
    separator = ',\n';
  }
  yield separator === '[' ? '[]' : ']';
}
