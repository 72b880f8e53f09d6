export { writeUsers } from './administration.permissions.js';
export { AdministrationModule } from './administration.module.js';
export { Administrators } from './administrators.service.js';
export { FirstAdmin } from './first-admin.js';
