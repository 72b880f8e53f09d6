import type { INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { JobQueue } from '#libs/jobs';

type Modules = ModulesContainer extends Map<string, infer Module> ? Module : never;

/**
 * The API has no queues: a job that is enqueued apart from the transaction can be lost, or run although the transaction
 * failed. In one process with the worker, Nest would inject them anyway, and a cluster would be the first to notice.
 * @throws Error that names the service that wants one
 */
export function refuseQueues(app: INestApplicationContext, api: Type): void {
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  for (const module of reachableFrom(modules.filter(({ metatype }) => metatype === api))) {
    for (const { metatype } of [...module.providers.values(), ...module.controllers.values()]) {
      const wanted: unknown = metatype ? Reflect.getMetadata('design:paramtypes', metatype) : undefined;
      if (Array.isArray(wanted) && wanted.includes(JobQueue)) {
        throw noQueue(metatype?.name);
      }
    }
  }
}

/** Says the same about Nest's own error, in a process that has no queues at all. */
export function explainNoQueue(error: unknown): unknown {
  const { type, context } = (error ?? {}) as { type?: unknown; context?: { name?: unknown } };
  return context?.name === JobQueue ? noQueue(String(type), error) : error;
}

/** Without those that offer queues themselves: they are global, so everything imports them. */
function reachableFrom(modules: readonly Modules[]): Set<Modules> {
  const found = new Set(modules);
  for (const module of found) {
    for (const imported of module.imports) {
      if (!imported.exports.has(JobQueue)) {
        found.add(imported);
      }
    }
  }
  return found;
}

function noQueue(name: string | undefined, cause?: unknown): Error {
  return new Error(
    `${name} injects JobQueue, but the API has no queues. Append a task to the outbox, in the transaction of the change: ` +
      'see "A job that a request starts" in docs/guides/add-a-feature.md.',
    { cause },
  );
}
