import type { ExecutionContext } from '@nestjs/common';

interface Known<T> {
  readonly controller: object;
  readonly value: T;
}

/**
 * What the decorators of a route say, read once for each handler: guards ask at every request.
 * @param read gets the handler and its controller
 */
export function perHandler<T>(
  read: (
    handler: ReturnType<ExecutionContext['getHandler']>,
    controller: ReturnType<ExecutionContext['getClass']>,
  ) => T,
): (context: ExecutionContext) => T {
  const known = new WeakMap<object, Known<T>>();
  return (context) => {
    const handler = context.getHandler();
    const controller = context.getClass();
    const found = known.get(handler);
    // Two controllers may inherit one handler.
    if (found?.controller === controller) {
      return found.value;
    }
    const value = read(handler, controller);
    known.set(handler, { controller, value });
    return value;
  };
}
