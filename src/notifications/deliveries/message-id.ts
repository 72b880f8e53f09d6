/**
 * The Message-ID of a delivery (RFC 5322, section 3.6.4): the same in every attempt, so that duplicates can be recognized.
 * @param url its host makes the ID globally unique
 */
export function messageIdOf(deliveryId: string, url: string): string {
  return `<${deliveryId}@${new URL(url).hostname}>`;
}
