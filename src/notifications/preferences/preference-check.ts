import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { batched, Database } from '#libs/database';
import type { ChannelName } from '../templates/index.js';
import { type Choices, isWanted, quietHoursOf } from './choices.js';
import { quietUntil } from './local-time.js';
import { choicesOfAll } from './preferences.repository.js';

const BATCH = 50;

/** What is about to leave. */
export interface Leaving {
  readonly userId: string;
  readonly category: string;
  readonly channel: ChannelName;
  /** Of the recipient. An IANA name. */
  readonly timezone: string;
}

/** Whether it may leave now, not before some time, or not at all. */
export type Verdict =
  | { readonly kind: 'wanted' }
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'quiet'; readonly until: Date };

/** Asks before something leaves: the recipient may have turned it off in the meantime, or want to be left alone now. */
@Injectable()
export class PreferenceCheck {
  private readonly choicesOf = batched((userIds: readonly string[]) => this.choicesOfAll(userIds), BATCH);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async check({ userId, category, channel, timezone }: Leaving): Promise<Verdict> {
    const choices = await this.choicesOf(userId);
    if (!isWanted(choices, category, channel)) {
      return { kind: 'unwanted' };
    }
    const quietHours = quietHoursOf(choices, category);
    const until = quietHours && quietUntil(quietHours, timezone, this.clock.now());
    return until ? { kind: 'quiet', until } : { kind: 'wanted' };
  }

  private async choicesOfAll(userIds: readonly string[]): Promise<Choices[]> {
    const choices = await this.database.run((em) => choicesOfAll(em, userIds));
    return userIds.map((userId) => choices(userId));
  }
}
