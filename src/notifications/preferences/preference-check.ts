import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import type { ChannelName } from '../templates/index.js';
import { isWanted } from './choices.js';
import { choicesOf } from './preferences.repository.js';

/** Asks again before something leaves that has waited: the recipient may have turned it off in the meantime. */
@Injectable()
export class PreferenceCheck {
  constructor(private readonly database: Database) {}

  isWanted(userId: string, category: string, channel: ChannelName): Promise<boolean> {
    return this.database.run(async (em) => isWanted(await choicesOf(em, userId), category, channel));
  }
}
