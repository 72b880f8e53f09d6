export { canonicalEmail, EmailCipher } from './email-cipher.js';
export type { Profile } from './profile.js';
export { User } from './user.entity.js';
export { emailTaken } from './users.errors.js';
export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
