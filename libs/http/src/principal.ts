/** Who a request speaks for, as its access token says. */
export interface Principal {
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
