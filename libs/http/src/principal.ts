/** Who a request speaks for. One member for each kind of credentials, told apart by `kind`. */
export type Principal = SessionPrincipal;

/** A user who is signed in on a device. */
export interface SessionPrincipal {
  readonly kind: 'session';
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the identity guard when the request carries valid credentials. */
    principal?: Principal;
  }
}
