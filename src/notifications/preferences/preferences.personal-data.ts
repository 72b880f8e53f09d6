import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { choicesOf } from './preferences.repository.js';

/** What the user has chosen to be notified of. */
@HoldsPersonalData(notifications, 'notificationPreferences')
export class PreferencesData implements PersonalData {
  async collect(em: EntityManager, userId: string): Promise<object> {
    return choicesOf(em, userId);
  }
}
