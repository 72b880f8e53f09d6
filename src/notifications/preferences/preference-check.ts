import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import type { ChannelName } from '../templates/index.js';
import { isWanted, quietHoursOf } from './choices.js';
import { quietUntil } from './local-time.js';
import { choicesOf } from './preferences.repository.js';

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
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async check({ userId, category, channel, timezone }: Leaving): Promise<Verdict> {
    const choices = await this.database.run((em) => choicesOf(em, userId));
    if (!isWanted(choices, category, channel)) {
      return { kind: 'unwanted' };
    }
    const quietHours = quietHoursOf(choices, category);
    const until = quietHours && quietUntil(quietHours, timezone, this.clock.now());
    return until ? { kind: 'quiet', until } : { kind: 'wanted' };
  }
}
