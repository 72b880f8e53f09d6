import { ParsedSource, type SmsSource, textEngine } from './liquid.js';

/** Ten messages of a phone network, which splits long texts, in characters. */
const MAX_LENGTH = 1_600;

/** A text message. */
export interface RenderedSms {
  readonly text: string;
}

/** @throws Error if a variable is missing, a limit is reached, or nothing is left */
export function renderSms({ text }: SmsSource, values: object): RenderedSms {
  const rendered = ParsedSource.of(textEngine, text).render(values, MAX_LENGTH).trim();
  if (rendered === '') {
    throw new RangeError('the text is empty');
  }
  return { text: rendered };
}
