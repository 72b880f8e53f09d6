import { CHANNELS } from '../templates/index.js';

/** What every transport requires of a notification to send. */

export const TEMPLATE_MAX_LENGTH = 64;
export const DATA_MAX_BYTES = 32 * 1024;
export const CHANNEL_RULE = {
  code: 'not-one-of',
  test: (channel: string): boolean => CHANNELS.some((known) => known === channel),
  message: `must be one of: ${CHANNELS.join(', ')}`,
};
