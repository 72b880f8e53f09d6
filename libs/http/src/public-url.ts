import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set by `mountAt`. */
    mountPath?: string;
  }
}

/** The absolute URL of one of our paths, for those who may not have asked us. */
export function publicUrlOf(publicUrl: string, path: string): string {
  return `${publicUrl}${path}`;
}

/**
 * One of the server's paths as its clients know it. If PUBLIC_URL has a path, a proxy in front of us removes it from
 * requests, but nobody adds it to responses: without it, a link would lead to whatever else the host serves. There is
 * no host in it, so that it works under every name of the server.
 */
export function linkTo({ mountPath = '' }: FastifyInstance, path: string): string {
  return `${mountPath}${path}`;
}

/** Tells the server under which path its clients find it. */
export function mountAt(fastify: FastifyInstance, mountPath: string): void {
  fastify.decorate('mountPath', mountPath);
}

/** The path of a base URL, empty if it has none. */
export function mountPathOf(publicUrl: string): string {
  return publicUrl.replace(/^[a-z]+:\/\/[^/]*/, '');
}
