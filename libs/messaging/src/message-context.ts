/** What a message's data is sealed for: it does not open under another message's id. */
export function messageContext(messageId: string): string {
  return `outbox:${messageId}`;
}
