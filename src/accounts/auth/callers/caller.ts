/** Who makes a change, and with what: a user on a device, an administrator as the user, or a server with an API key. */
export type LiveCaller =
  | { readonly kind: 'session'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'impersonation'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'api-key'; readonly userId: string; readonly keyId: string };

/** What someone may do. */
export interface Authority {
  readonly roles: readonly string[];
  /** Who acts as them, within their own permissions. */
  readonly impersonator?: { readonly roles: readonly string[] };
  /** What an API key is limited to. */
  readonly permissions?: ReadonlySet<string>;
}

/** Someone who changes what isn't their own, and what they may do. */
export type Administrator = LiveCaller & Authority;
