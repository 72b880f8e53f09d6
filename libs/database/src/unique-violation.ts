import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';

/** Whether `error` is a violation of the unique index `constraint`. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    error instanceof UniqueConstraintViolationException &&
    (error as { constraint?: unknown }).constraint === constraint
  );
}
