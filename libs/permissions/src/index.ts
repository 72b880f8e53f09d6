export { declaredPermissions, definePermission, type Permission } from './permission.js';
