import type { ExecutionContext } from '@nestjs/common';

interface Cached<T> {
  readonly controller: object;
  readonly value: T;
}

/**
 * Caches a value derived from a route's decorators, because guards need it for every request.
 * @param read receives the handler and its controller
 */
export function perHandler<T>(
  read: (
    handler: ReturnType<ExecutionContext['getHandler']>,
    controller: ReturnType<ExecutionContext['getClass']>,
  ) => T,
): (context: ExecutionContext) => T {
  const cache = new WeakMap<object, Cached<T>>();
  return (context) => {
    const handler = context.getHandler();
    const controller = context.getClass();
    const found = cache.get(handler);
    // Two controllers may inherit the same handler.
    if (found?.controller === controller) {
      return found.value;
    }
    const value = read(handler, controller);
    cache.set(handler, { controller, value });
    return value;
  };
}
