import type { EntityManager } from '@mikro-orm/postgresql';
import { type Choices, NO_CHOICES } from './choices.js';
import { Preferences } from './preferences.entity.js';

/** What a user has chosen, and how often that has changed: never, for those who haven't chosen anything. */
export interface StoredChoices {
  readonly choices: Choices;
  readonly version: number;
}

export async function findChoices(em: EntityManager, userId: string): Promise<StoredChoices> {
  return (await em.findOne(Preferences, { userId })) ?? { choices: NO_CHOICES, version: 0 };
}

/** What a user wants. Those who haven't said so want everything. */
export async function choicesOf(em: EntityManager, userId: string): Promise<Choices> {
  return (await findChoices(em, userId)).choices;
}

/** Like `choicesOf`, for many users. */
export async function choicesOfAll(
  em: EntityManager,
  userIds: readonly string[],
): Promise<(userId: string) => Choices> {
  const stored = await em.execute<{ id: string; choices: Choices }[]>(
    `select user_id as id, choices from notifications.preferences
      where user_id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[])`,
    [JSON.stringify(userIds)],
  );
  const byUser = new Map(stored.map(({ id, choices }) => [id, choices]));
  return (userId) => byUser.get(userId) ?? NO_CHOICES;
}

/** Call it after `lockRecipient`. */
export async function storeChoices(
  em: EntityManager,
  userId: string,
  choices: Choices,
  updatedAt: Date,
): Promise<StoredChoices> {
  const stored = await em.findOne(Preferences, { userId });
  const preferences = stored ?? em.create(Preferences, { userId, choices, updatedAt });
  Object.assign(preferences, { choices, updatedAt });
  await em.persist(preferences).flush();
  return preferences;
}

export async function deletePreferencesOf(em: EntityManager, userId: string): Promise<void> {
  await em.nativeDelete(Preferences, { userId });
}
