import type { notificationsProto } from '#libs/contracts';
import { dateOf, invalidField, requireText, requireUuid } from '#libs/grpc';
import { invalidMembersOf, type JsonObject } from '#libs/json';
import { invalidInput } from '#libs/problem';
import type { ChannelName } from '../templates/index.js';
import { CHANNEL_RULE, DATA_MAX_BYTES, TEMPLATE_MAX_LENGTH } from './notification-rules.js';
import type { NewNotification } from './notification-sender.js';

/** @throws Problem `invalid-input` */
export function notificationOf({
  recipient,
  template,
  data,
  channels,
  sendAt,
}: notificationsProto.SendRequest): NewNotification {
  if (template === '') {
    throw invalidField('/template', 'required', 'is required');
  }
  return {
    recipient: requireUuid(recipient, '/recipient'),
    template: requireText(template, '/template', TEMPLATE_MAX_LENGTH),
    data: requireData(data ?? {}),
    channels: channels.length === 0 ? undefined : requireChannels(channels),
    sendAt: dateOf(sendAt, '/send_at'),
  };
}

/** The depth first: what comes after it is recursive. */
function requireData(data: JsonObject): JsonObject {
  const errors = invalidMembersOf(data).map((error) => ({ ...error, pointer: `/data${error.pointer}` }));
  if (errors.length > 0) {
    throw invalidInput({ errors });
  }
  if (Buffer.byteLength(JSON.stringify(data)) > DATA_MAX_BYTES) {
    throw invalidField('/data', 'too-large', `must be at most ${DATA_MAX_BYTES} bytes of JSON`);
  }
  return data;
}

function requireChannels(channels: readonly string[]): ChannelName[] {
  if (new Set(channels).size < channels.length) {
    throw invalidField('/channels', 'array-unique', 'must not contain duplicates');
  }
  channels.forEach((channel, index) => {
    if (!CHANNEL_RULE.test(channel)) {
      throw invalidField(`/channels/${index}`, CHANNEL_RULE.code, CHANNEL_RULE.message);
    }
  });
  return channels as ChannelName[];
}
