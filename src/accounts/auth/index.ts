export { PasswordsModule } from './passwords/passwords.module.js';
export { PasswordsService } from './passwords/passwords.service.js';
