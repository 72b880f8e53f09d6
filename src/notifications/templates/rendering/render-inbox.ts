import { isWebUrl } from '#libs/text';
import { type InboxSource, ParsedSource, textEngine } from './liquid.js';
import { oneLine } from './render-email.js';

/** Of what is shown, in characters. */
const MAX_LENGTHS = { title: 500, body: 10_000, url: 2_048 };

/** A notification as it's shown in the app. */
export interface RenderedInbox {
  readonly title: string;
  readonly body: string;
  readonly url: string | null;
}

/**
 * @param max lengths, in characters
 * @throws Error if a variable is missing, a limit is reached, or the URL isn't an http or https URL
 */
export function renderInbox(
  { title, body, url }: InboxSource,
  values: object,
  max: Readonly<typeof MAX_LENGTHS> = MAX_LENGTHS,
): RenderedInbox {
  const render = (source: string, maxLength: number): string =>
    ParsedSource.of(textEngine, source).render(values, maxLength);
  const link = url === null ? null : render(url, max.url).trim();
  const address = link === null ? null : URL.parse(link);
  if (link !== null && (!isWebUrl(link) || !address || address.href.length > max.url)) {
    const limit = max.url.toLocaleString('en');
    throw new TypeError(`the url must be an http or https URL of at most ${limit} characters`);
  }
  return {
    title: oneLine(render(title, max.title)),
    body: render(body, max.body).trim(),
    url: address?.href ?? null,
  };
}
