import {
  checkMembers,
  isJsonObject,
  type JsonObject,
  MAX_ERRORS,
  type MemberCheck,
  memberPointer,
  unknownMember,
} from '#libs/json';
import { invalidInput, type InvalidMember } from '#libs/problem';
import { type ChannelName, CHANNELS, isCategory, SECURITY } from '../templates/index.js';
import { type Digest, type QuietHours, TIME_OF_DAY } from './local-time.js';

/** Whether each channel is wanted. Those that are left out are. */
export type ChannelChoices = Readonly<Partial<Record<ChannelName, boolean>>>;

/** What a user wants of a category. */
export interface CategoryChoices extends ChannelChoices {
  /** How its emails are collected. Null for each at once. */
  readonly digest?: Digest | null;
}

/** What a user wants to be notified of, how, and when. */
export interface Choices {
  /** For categories that have no choice of their own. */
  readonly channels: ChannelChoices;
  readonly categories: Readonly<Record<string, CategoryChoices>>;
  /** When no emails, text messages and push notifications are to be sent. */
  readonly quietHours?: QuietHours | null;
  /** For categories that have none of their own. */
  readonly digest?: Digest | null;
}

export const NO_CHOICES: Choices = { channels: {}, categories: {} };
/** More than there can be templates, so that what `GET` returns can always be sent back. */
const MAX_CATEGORIES = 1_000;
/** A day. */
export const DIGEST_MAX_MINUTES = 1_440;

/** Whoever takes over an account must not be able to hide it, so security can't be turned off. */
export function isWanted({ channels, categories }: Choices, category: string, channel: ChannelName): boolean {
  const own = Object.hasOwn(categories, category) ? categories[category]?.[channel] : undefined;
  return category === SECURITY || (own ?? channels[channel] ?? true);
}

/** How emails of a category are collected. Null for each at once: nobody wants to be warned late. */
export function digestOf({ categories, digest = null }: Choices, category: string): Digest | null {
  const own = Object.hasOwn(categories, category) ? categories[category]?.digest : undefined;
  return category === SECURITY ? null : own === undefined ? digest : own;
}

/** When nothing of a category must be sent. Null for never. */
export function quietHoursOf({ quietHours = null }: Choices, category: string): QuietHours | null {
  return category === SECURITY ? null : quietHours;
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
export function withoutEmail(choices: Choices, category: string): Choices {
  const { categories } = choices;
  return { ...choices, categories: { ...categories, [category]: { ...categories[category], email: false } } };
}

/** What a client sends. */
export interface GivenChoices {
  readonly channels?: JsonObject;
  readonly categories?: JsonObject;
  readonly quietHours?: JsonObject | null;
  readonly digest?: JsonObject | null;
}

/** @throws Problem `invalid-input` */
export function toChoices({ channels = {}, categories = {}, quietHours, digest }: GivenChoices): Choices {
  const errors: InvalidMember[] = [
    ...channelMistakes('/channels', channels),
    ...quietHoursMistakes('/quietHours', quietHours ?? null),
    ...digestMistakes('/digest', digest ?? null),
  ];
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
      errors.push(...categoryMistakes(pointer, categories[name]));
    }
  }
  if (errors.length > 0) {
    throw invalidInput({ errors: errors.slice(0, MAX_ERRORS) });
  }
  return {
    channels,
    categories: categories as Choices['categories'],
    quietHours: (quietHours ?? null) as QuietHours | null,
    digest: (digest ?? null) as Digest | null,
  };
}

function categoryMistakes(pointer: string, value: unknown): InvalidMember[] {
  if (!isJsonObject(value)) {
    return channelMistakes(pointer, value);
  }
  const { digest = null, ...channels } = value;
  return [...channelMistakes(pointer, channels), ...digestMistakes(memberPointer(pointer, 'digest'), digest)];
}

function quietHoursMistakes(pointer: string, value: unknown): InvalidMember[] {
  if (value === null) {
    return [];
  }
  const errors = checkMembers(pointer, value, { start: timeMistake, end: timeMistake });
  const { start, end } = value as Partial<QuietHours>;
  return errors.length === 0 && start === end
    ? [{ pointer: memberPointer(pointer, 'end'), code: 'same-time', message: 'must differ from `start`' }]
    : errors;
}

function digestMistakes(pointer: string, value: unknown): InvalidMember[] {
  if (value === null) {
    return [];
  }
  return isJsonObject(value) && Object.hasOwn(value, 'at')
    ? checkMembers(pointer, value, { at: timeMistake })
    : checkMembers(pointer, value, { afterMinutes: minutesMistake });
}

const timeMistake: MemberCheck = (value) =>
  typeof value === 'string' && TIME_OF_DAY.test(value)
    ? undefined
    : { code: 'invalid-time', message: 'must be a time of day from 00:00 to 23:59, such as 08:00' };

const minutesMistake: MemberCheck = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= DIGEST_MAX_MINUTES
    ? undefined
    : { code: 'out-of-range', message: `must be an integer from 1 to ${DIGEST_MAX_MINUTES}` };

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
