/** The name of a stored channel. An earlier release called `email` `mail`. */
export function channelName(channel: string): string {
  return channel === 'mail' ? 'email' : channel;
}
