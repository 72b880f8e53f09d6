import { validate as isUuid } from 'uuid';

/**
 * The Message-ID of a delivery (RFC 5322, section 3.6.4): the same in every attempt, so that duplicates can be recognized.
 * @param url its host makes the ID globally unique
 */
export function messageIdOf(deliveryId: string, url: string): string {
  return `<${deliveryId}@${new URL(url).hostname}>`;
}

/** The delivery with this Message-ID, given with or without its angle brackets, if it's one of ours. */
export function deliveryOf(messageId: string, url: string): string | null {
  const [, id = '', host = ''] = /^\s*<?([0-9a-f-]{36})@([^>\s]+)>?\s*$/i.exec(messageId) ?? [];
  return isUuid(id) && host.toLowerCase() === new URL(url).hostname ? id.toLowerCase() : null;
}
