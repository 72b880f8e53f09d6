import { Reflector } from '@nestjs/core';

const Marked = Reflector.createDecorator<true>();

/** Members that the class doesn't declare are dropped: whoever sends them follows a standard that says so. */
export function IgnoresUnknown(): ClassDecorator {
  return Marked(true);
}

export function ignoresUnknown(metatype: object): boolean {
  return Reflect.hasMetadata(Marked.KEY, metatype);
}
