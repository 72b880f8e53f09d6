export { Database } from './database.js';
export { DatabaseModule } from './database.module.js';
export { migrate, Migrations } from './migrations.js';
export { isUniqueViolation } from './unique-violation.js';
