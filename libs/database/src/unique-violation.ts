import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';

/** Whether `error` says that a row with the same value stands already in the unique index `constraint`. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    error instanceof UniqueConstraintViolationException &&
    (error as { constraint?: unknown }).constraint === constraint
  );
}
