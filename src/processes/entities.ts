import { IdempotencyKeyEntity } from '#libs/idempotency';
import { outboxEntities } from '#libs/messaging';
import { EmailVerification, Password, Session } from '../accounts/auth/index.js';
import { NOTIFICATIONS_ENTITIES } from '../notifications/index.js';
import { User } from '../accounts/users/index.js';

// Accounts sends messages and, so far, hears none.
const [ACCOUNTS_OUTBOX] = outboxEntities('accounts');

/** Everything that stands in PostgreSQL, in the two schemas that could each move to a database of its own. */
export const ENTITIES = [
  User,
  Password,
  Session,
  EmailVerification,
  IdempotencyKeyEntity,
  ACCOUNTS_OUTBOX,
  ...NOTIFICATIONS_ENTITIES,
];
