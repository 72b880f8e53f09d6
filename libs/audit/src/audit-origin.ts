/** Who does something, and from where. */
export interface Origin {
  /** The user, if there's one. */
  readonly userId: string | null;
  /** The API key, if it was one. */
  readonly apiKeyId: string | null;
  /** The administrator who acts as the user, if one does. */
  readonly impersonatorId: string | null;
  readonly requestId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** Knows the origin of what's running. HTTP provides one that looks at the request. */
export abstract class AuditOrigin {
  abstract current(): Origin | undefined;
}
