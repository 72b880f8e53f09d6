import { isJsonObject, type JsonObject, MAX_ERRORS, memberPointer, unknownMember } from '#libs/json';
import { invalidInput, type InvalidMember } from '#libs/problem';
import { type ChannelName, CHANNELS, isCategory, SECURITY } from '../templates/index.js';

/** Whether each channel is wanted. Those that are left out are. */
export type ChannelChoices = Readonly<Partial<Record<ChannelName, boolean>>>;

/** What a user wants to be notified of, and how. */
export interface Choices {
  /** For categories that have no choice of their own. */
  readonly channels: ChannelChoices;
  readonly categories: Readonly<Record<string, ChannelChoices>>;
}

export const NO_CHOICES: Choices = { channels: {}, categories: {} };
/** More than there can be templates, so that what `GET` returns can always be sent back. */
const MAX_CATEGORIES = 1_000;

/** Whoever takes over an account must not be able to hide it, so security can't be turned off. */
export function isWanted({ channels, categories }: Choices, category: string, channel: ChannelName): boolean {
  const own = Object.hasOwn(categories, category) ? categories[category]?.[channel] : undefined;
  return category === SECURITY || (own ?? channels[channel] ?? true);
}

/** Why something isn't sent, for whoever sends it. */
export function turnedOff(category: string): string {
  return `the recipient has turned off "${category}"`;
}

/** Whether someone has chosen to get no emails of just this category. */
export function hasTurnedOffEmail({ categories }: Choices, category: string): boolean {
  return Object.hasOwn(categories, category) && categories[category]?.email === false;
}

/** The same choices, but without emails of a category. */
export function withoutEmail({ channels, categories }: Choices, category: string): Choices {
  return { channels, categories: { ...categories, [category]: { ...categories[category], email: false } } };
}

/** @throws Problem `invalid-input` */
export function toChoices(channels: JsonObject, categories: JsonObject): Choices {
  const errors: InvalidMember[] = channelMistakes('/channels', channels);
  const names = Object.keys(categories);
  if (names.length > MAX_CATEGORIES) {
    const message = `must have at most ${MAX_CATEGORIES} members`;
    throw invalidInput({ errors: [{ pointer: '/categories', code: 'too-large', message }] });
  }
  for (const name of names) {
    const pointer = memberPointer('/categories', name);
    if (!isCategory(name)) {
      errors.push({ pointer, code: 'invalid-category', message: 'is not the name of a category' });
    } else if (name === SECURITY) {
      errors.push({ pointer, code: 'not-a-choice', message: "can't be turned off, so it can't be chosen" });
    } else {
      errors.push(...channelMistakes(pointer, categories[name]));
    }
  }
  if (errors.length > 0) {
    throw invalidInput({ errors: errors.slice(0, MAX_ERRORS) });
  }
  return { channels, categories } as Choices;
}

function channelMistakes(pointer: string, value: unknown): InvalidMember[] {
  if (!isJsonObject(value)) {
    return [{ pointer, code: 'wrong-type', message: 'must be an object' }];
  }
  return Object.entries(value).flatMap(([name, wanted]) => {
    const at = memberPointer(pointer, name);
    if (!CHANNELS.some((channel) => channel === name)) {
      return [unknownMember(at)];
    }
    return typeof wanted === 'boolean'
      ? []
      : [{ pointer: at, code: 'wrong-type', message: 'must be true or false' }];
  });
}
