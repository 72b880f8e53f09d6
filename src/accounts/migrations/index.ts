import { defineSchema } from '#libs/database';
import { Migration20261122000000 } from './20261122000000-foundation.js';
import { Migration20261126000000 } from './20261126000000-password-resets.js';
import { Migration20261126000001 } from './20261126000001-failed-attempts.js';
import { Migration20261126000002 } from './20261126000002-disowned-links.js';
import { Migration20261126000003 } from './20261126000003-one-time-codes.js';
import { Migration20261126000004 } from './20261126000004-second-factors.js';
import { Migration20261126000005 } from './20261126000005-passkeys.js';
import { Migration20261126000010 } from './20261126000010-sign-in-notices.js';
import { Migration20261127000010 } from './20261127000010-identities.js';
import { Migration20261127000020 } from './20261127000020-recovery-code-age.js';
import { Migration20261127000021 } from './20261127000021-account-changes.js';
import { Migration20261127000030 } from './20261127000030-email-changes.js';
import { Migration20261127000040 } from './20261127000040-roles.js';
import { Migration20261127000041 } from './20261127000041-audit-events.js';
import { Migration20261127000042 } from './20261127000042-api-keys.js';
import { Migration20261128000000 } from './20261128000000-user-search.js';
import { Migration20261128000001 } from './20261128000001-account-deletions.js';
import { Migration20261129000000 } from './20261129000000-audit-keys.js';
import { Migration20261129000010 } from './20261129000010-transfers.js';
import { Migration20261129000011 } from './20261129000011-exports.js';
import { Migration20261129000012 } from './20261129000012-dry-runs.js';
import { Migration20261210000000 } from './20261210000000-api-key-limits.js';
import { Migration20261211000000 } from './20261211000000-ip-rules.js';
import { Migration20261212000000 } from './20261212000000-recovery-codes.js';
import { Migration20261212000001 } from './20261212000001-key-rotations.js';

/**
 * The PostgreSQL schema that this service owns. No other service reads or writes it. Migrations are listed in the order
 * they are applied. A release never changes one that has been applied.
 */
export const accountsSchema = defineSchema('accounts', [
  Migration20261122000000,
  Migration20261126000000,
  Migration20261126000001,
  Migration20261126000002,
  Migration20261126000003,
  Migration20261126000004,
  Migration20261126000005,
  Migration20261126000010,
  Migration20261127000010,
  Migration20261127000020,
  Migration20261127000021,
  Migration20261127000030,
  Migration20261127000040,
  Migration20261127000041,
  Migration20261127000042,
  Migration20261128000000,
  Migration20261128000001,
  Migration20261129000000,
  Migration20261129000010,
  Migration20261129000011,
  Migration20261129000012,
  Migration20261210000000,
  Migration20261211000000,
  Migration20261212000000,
  Migration20261212000001,
]);
