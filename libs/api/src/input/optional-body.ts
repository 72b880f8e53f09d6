import { Reflector } from '@nestjs/core';

const Marked = Reflector.createDecorator<true>();

/** Requests may leave out a body of this class. It then counts as `{}`. */
export function OptionalBody(): ClassDecorator {
  return Marked(true);
}

export function isOptionalBody(metatype: object): boolean {
  return Reflect.hasMetadata(Marked.KEY, metatype);
}
