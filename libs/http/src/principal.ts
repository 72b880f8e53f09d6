import type { Principal } from '#libs/permissions';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the identity guard if the request carries valid credentials. */
    principal?: Principal;
    /** The principal for whom it acts: set once a route that isn't open to everyone has let them in. */
    actor?: Principal;
  }
}
