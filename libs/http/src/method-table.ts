import { Injectable } from '@nestjs/common';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { methodNotAllowed, notFound, type Problem } from '#libs/problem';

interface Entry {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** The methods of each path. The router only knows complete routes, but a 405 must list the methods of the path. */
@Injectable()
export class MethodTable {
  private readonly entries = new Map<string, Entry>();

  /** Call it before routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (route) => {
      const { url, method } = route;
      const entry = this.entries.get(url) ?? { pattern: toPattern(url), methods: new Set<string>() };
      this.entries.set(url, entry);
      for (const name of [method].flat()) {
        entry.methods.add(name);
      }
      if (url.includes('/:')) {
        route.onRequest = [...[route.onRequest ?? []].flat(), this.literalFirst];
      }
    });
  }

  /**
   * The router takes `PATCH /passkeys/options` for `/passkeys/:id` if only the latter has that method. But the path is
   * that of another resource.
   */
  private readonly literalFirst: onRequestHookHandler = (request, reply, done) => {
    if (this.literal(request.url)) {
      reply.callNotFound();
    } else {
      done();
    }
  };

  private literal(url: string): Entry | undefined {
    const path = pathOf(url);
    return path.includes('/:') ? undefined : this.entries.get(path);
  }

  /** RFC 9110, section 15.5.6: 405 with the allowed methods if the path exists, otherwise 404. */
  problemOf(url: string): Problem {
    const allowed = this.allowedFor(url);
    return allowed.length > 0 ? methodNotAllowed({ headers: { Allow: allowed.join(', ') } }) : notFound();
  }

  has(method: string, url: string): boolean {
    return this.allowedFor(url).includes(method);
  }

  /** The methods of the path of `url`, sorted. Empty if the path doesn't exist. */
  private allowedFor(url: string): string[] {
    const literal = this.literal(url);
    const entries = literal
      ? [literal]
      : [...this.entries.values()].filter(({ pattern }) => pattern.test(pathOf(url)));
    return [...new Set(entries.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}

/** Fastify's path syntax: `:name` is one segment. `*` is taken literally: only Fastify's preflight route has one. */
function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
