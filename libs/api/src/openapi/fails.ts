import { Reflector } from '@nestjs/core';
import type { ProblemFactory } from '#libs/problem';

const Failures = Reflector.createDecorator<readonly ProblemFactory[]>();

/** Declares the problems an operation can return, besides those that any operation can. May be repeated. */
export function Fails(...problems: ProblemFactory[]): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) => {
    Failures([...failuresOf(descriptor.value as object), ...problems])(target, key, descriptor);
  };
}

export function failuresOf(handler: object): readonly ProblemFactory[] {
  return (Reflect.getMetadata(Failures.KEY, handler) ?? []) as readonly ProblemFactory[];
}
