import type { EntityManager } from '@mikro-orm/postgresql';
import { type Choices, choicesOfAll } from '../preferences/index.js';
import { findPhoneOwners, findPushSubscriptionsOfAll } from '../recipients/index.js';
import type { Release } from './release.js';

/** What a recipient wants, and by which ways they can be reached. */
export interface RecipientWishes {
  readonly choices: Choices;
  /** The IDs of the subscriptions of their browsers. */
  readonly browsers: readonly string[];
  readonly hasPhone: boolean;
}

/** Looks up the recipients of all releases at once. Only what their channels need. Call it after `lockRecipients`. */
export async function wishesOf(
  em: EntityManager,
  releases: readonly Release[],
  at: Date,
): Promise<(userId: string) => RecipientWishes> {
  const idsFor = (channel?: string): string[] => [
    ...new Set(
      releases
        .filter(({ content }) => channel === undefined || content.channels.some((each) => each === channel))
        .map(({ user }) => user.id),
    ),
  ];
  const choicesOf = await choicesOfAll(em, idsFor());
  const texted = idsFor('sms');
  const phoneOwners = texted.length > 0 ? await findPhoneOwners(em, texted) : new Set<string>();
  const pushed = idsFor('push');
  const subscriptions = pushed.length > 0 ? await findPushSubscriptionsOfAll(em, pushed, at) : [];
  const browsers = Map.groupBy(subscriptions, ({ userId }) => userId);
  return (userId) => ({
    choices: choicesOf(userId),
    browsers: (browsers.get(userId) ?? []).map(({ id }) => id),
    hasPhone: phoneOwners.has(userId),
  });
}
