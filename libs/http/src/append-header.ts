import type { FastifyReply } from 'fastify';

/** Adds a value to a header that is a list, after those that it has already (RFC 9110, section 5.3). */
export function appendHeader(reply: FastifyReply, name: string, value: string): void {
  const present = reply.getHeader(name);
  void reply.header(name, present === undefined ? value : `${String(present)}, ${value}`);
}
