/** The context that a message's data is sealed for. It can't be opened under another message's ID. */
export function messageContext(messageId: string): string {
  return `outbox:${messageId}`;
}
