import { Reflector } from '@nestjs/core';
import { SkipThrottle } from '@nestjs/throttler';

/**
 * Also applies the `auth` limit, for routes that accept credentials. The decorators of @nestjs/throttler work too:
 * `@SkipThrottle()` disables all other limits, `@Throttle({ default: { limit, ttl } })` gives a route its own.
 */
export const AuthLimited = Reflector.createDecorator<true>({ transform: () => true });

/**
 * Lets requests run without a slot (see `CallerSlots`), for routes that answer from memory: however many requests a
 * caller sends at once, they never take more than one connection to PostgreSQL.
 */
export const NeedsNoSlot = Reflector.createDecorator<true>({ transform: () => true });

@SkipThrottle()
class Skipped {}
/** The metadata key of `@SkipThrottle()`. The package doesn't export it. */
const [SKIP_KEY] = Reflect.getMetadataKeys(Skipped) as unknown[];

/**
 * Gives requests slots of their own, for routes that wait for their clients, such as for a file that arrives slowly: they
 * don't keep other requests of the same caller waiting.
 */
export const HasOwnSlots = Reflector.createDecorator<true>({ transform: () => true });

/** Whether any limit applies to a route. */
export function isLimited(handler: object, controller: object): boolean {
  return hasAuthLimit(handler, controller) || !isSkipped(handler, controller);
}

export function isSkipped(handler: object, controller: object): boolean {
  const [ofHandler, ofController] = [handler, controller].map(
    (target) => Reflect.getMetadata(SKIP_KEY, target) as boolean | undefined,
  );
  return ofHandler ?? ofController ?? false;
}

export function hasAuthLimit(handler: object, controller: object): boolean {
  return [handler, controller].some((target) => Reflect.getMetadata(AuthLimited.KEY, target) === true);
}

export function needsSlot(handler: object, controller: object): boolean {
  return isLimited(handler, controller) && Reflect.getMetadata(NeedsNoSlot.KEY, handler) !== true;
}

export function hasOwnSlots(handler: object): boolean {
  return Reflect.getMetadata(HasOwnSlots.KEY, handler) === true;
}
