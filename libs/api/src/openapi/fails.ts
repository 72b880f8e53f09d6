import { SetMetadata } from '@nestjs/common';
import type { ProblemFactory } from '#libs/problem';

const FAILURES = Symbol('failures');

/** The problems that an operation may answer with, besides those that any operation may. May be repeated. */
export function Fails(...problems: ProblemFactory[]): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) => {
    const known = failuresOf(descriptor.value as object);
    SetMetadata(FAILURES, [...known, ...problems])(target, key, descriptor);
  };
}

export function failuresOf(handler: object): readonly ProblemFactory[] {
  return (Reflect.getMetadata(FAILURES, handler) ?? []) as readonly ProblemFactory[];
}
