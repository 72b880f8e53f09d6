/** Who makes a change, and with what: a user on a device, or a server with their API key. */
export type LiveCaller =
  | { readonly kind: 'session'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'api-key'; readonly userId: string; readonly keyId: string };

/** Someone who changes what isn't their own, and what they may do. */
export type Administrator = LiveCaller & {
  readonly roles: readonly string[];
  /** What an API key is limited to. */
  readonly permissions?: ReadonlySet<string>;
};
