export { Database } from './database.js';
export { DatabaseModule } from './database.module.js';
export { deleteExpiredRows } from './expired-rows.js';
export { migrate, Migrations } from './migrations.js';
export { isUniqueViolation } from './unique-violation.js';
