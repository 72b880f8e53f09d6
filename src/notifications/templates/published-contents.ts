import type { ChannelSources } from './content/template-compiler.js';
import { type ChannelName, CHANNELS } from './content/template-draft.js';
import { lookUpLocale } from './rendering/pick-locale.js';
import type { PublishedVersion } from './template.repository.js';

/** What the version says on a channel in the reader's language, if it has that. */
export function translated<C extends ChannelName>(
  { compiled }: PublishedVersion,
  channel: C,
  locale: string,
): ChannelSources[C] | undefined {
  const locales = Object.keys(compiled).filter((each) => compiled[each]?.[channel]);
  const found = lookUpLocale(locales, locale);
  return found === undefined ? undefined : compiled[found]?.[channel];
}

/** The same, in the default language for other readers. */
export function contentFor<C extends ChannelName>(
  version: PublishedVersion,
  channel: C,
  locale: string,
): ChannelSources[C] | undefined {
  return translated(version, channel, locale) ?? version.compiled[version.defaultLocale]?.[channel];
}

/** The channels that the version has texts for. */
export function channelsOf({ compiled, defaultLocale }: PublishedVersion): ChannelName[] {
  return CHANNELS.filter((channel) => compiled[defaultLocale]?.[channel]);
}
