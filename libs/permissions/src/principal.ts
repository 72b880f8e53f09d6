/** Who a request acts for. One member per kind of credentials, distinguished by `kind`. */
export type Principal = SessionPrincipal | ApiKeyPrincipal | ImpersonationPrincipal;

/** A user signed in on a device. */
export interface SessionPrincipal {
  readonly kind: 'session';
  readonly userId: string;
  readonly sessionId: string;
  /** When the user last proved who they are, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
  readonly roles: readonly string[];
  /** Roles of the user that don't count in this session, because it lacks a second factor. */
  readonly withheldRoles: readonly string[];
}

/** A server that acts for a user. It can do what the user can, within the permissions of its key. */
export interface ApiKeyPrincipal {
  readonly kind: 'api-key';
  readonly userId: string;
  readonly keyId: string;
  readonly permissions: ReadonlySet<string>;
  /** How many requests the key may send, within what its owner may. Absent if that's all. */
  readonly rateLimit?: { readonly limit: number; readonly windowSeconds: number };
  readonly roles: readonly string[];
  readonly withheldRoles: readonly string[];
}

/** An administrator who acts as a user. They can do what both can. */
export interface ImpersonationPrincipal {
  readonly kind: 'impersonation';
  readonly userId: string;
  /** The administrator's session. */
  readonly sessionId: string;
  readonly impersonator: SessionPrincipal;
  readonly roles: readonly string[];
  readonly withheldRoles: readonly string[];
}
