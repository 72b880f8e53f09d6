import { validate as isUuid } from 'uuid';

/**
 * The Message-ID of a delivery (RFC 5322, section 3.6.4): the same in every attempt, so that duplicates can be recognized.
 * @param url its host makes the ID globally unique
 */
export function messageIdOf(deliveryId: string, url: string): string {
  return `<${deliveryId}@${new URL(url).hostname}>`;
}

/**
 * The delivery with this Message-ID, given with or without its angle brackets, if it's one of ours. On whatever host: that
 * may have changed since, and nobody can guess the ID.
 */
export function deliveryOf(messageId: string): string | null {
  const [, id = ''] = /^\s*<?([0-9a-f-]{36})@[^>\s]+>?\s*$/i.exec(messageId) ?? [];
  return isUuid(id) ? id.toLowerCase() : null;
}
