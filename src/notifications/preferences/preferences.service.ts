import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { preconditionFailed } from '#libs/problem';
import { isErased, lockRecipient } from '../recipients/index.js';
import { type ChannelName, CHANNELS, findCategories, SECURITY } from '../templates/index.js';
import { type Choices, hasTurnedOffEmail, isWanted, withoutEmail } from './choices.js';
import type { Digest, QuietHours } from './local-time.js';
import { choicesOf, findChoices, storeChoices, type StoredChoices } from './preferences.repository.js';

type PerChannel = Readonly<Record<ChannelName, boolean>>;

/** What applies to a user, with every category that they can choose. */
export interface EffectivePreferences {
  readonly channels: PerChannel;
  readonly categories: Readonly<Record<string, PerChannel & { readonly digest?: Digest | null }>>;
  readonly quietHours: QuietHours | null;
  readonly digest: Digest | null;
  /** How often the user has changed them. */
  readonly version: number;
}

/** What users want to be notified of. */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  get(userId: string): Promise<EffectivePreferences> {
    return this.database.run(async (em) => effective(em, await findChoices(em, userId)));
  }

  /** Replaces what the user has chosen. @throws Problem `precondition-failed` */
  set(
    userId: string,
    choices: Choices,
    isExpected: (version: number) => boolean,
  ): Promise<EffectivePreferences> {
    return this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      if (!isExpected((await findChoices(em, userId)).version)) {
        throw preconditionFailed();
      }
      return effective(em, await storeChoices(em, userId, choices, this.clock.now()));
    });
  }

  /** Turns off emails of a category. Doing it twice is the same as once, and a deleted user gets none anyway. */
  async unsubscribe(userId: string, category: string): Promise<void> {
    await this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      const choices = await choicesOf(em, userId);
      // Also if they want no emails at all at the moment, since they may change that.
      if (!hasTurnedOffEmail(choices, category) && !(await isErased(em, userId))) {
        await storeChoices(em, userId, withoutEmail(choices, category), this.clock.now());
      }
    });
  }
}

async function effective(
  em: EntityManager,
  { choices, version }: StoredChoices,
): Promise<EffectivePreferences> {
  const names = new Set([...(await findCategories(em)), ...Object.keys(choices.categories)]);
  names.delete(SECURITY);
  return {
    channels: perChannel((channel) => choices.channels[channel] ?? true),
    categories: Object.fromEntries(
      [...names].sort().map((name) => {
        const channels = perChannel((channel) => isWanted(choices, name, channel));
        const digest = choices.categories[name]?.digest;
        return [name, { ...channels, ...(digest !== undefined && { digest }) }];
      }),
    ),
    quietHours: choices.quietHours ?? null,
    digest: choices.digest ?? null,
    version,
  };
}

function perChannel(of: (channel: ChannelName) => boolean): PerChannel {
  return Object.fromEntries(CHANNELS.map((channel) => [channel, of(channel)])) as PerChannel;
}
