import { StringListField } from '#libs/api';
import { CHANNELS } from '../templates/index.js';
import { CHANNEL_RULE } from './notification-rules.js';

/** The channels of a notification, which may be left out. @param whom such as `the user` */
export function ChannelsField(whom: string): PropertyDecorator {
  return StringListField({
    description: `How to reach ${whom}: ${CHANNELS.map((channel) => `\`${channel}\``).join(', ')}. Defaults to all that the template has content for.`,
    example: ['email', 'inbox'],
    minItems: 1,
    maxItems: CHANNELS.length,
    maxLength: 16,
    optional: true,
    rule: CHANNEL_RULE,
  });
}
