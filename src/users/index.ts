export { canonicalEmail, EmailCipher } from './email-cipher.js';
export { isLocale, isTimezone } from './profile-rules.js';
export { User } from './user.entity.js';
export { toUserResponse, UserResponse } from './users.dto.js';
export { emailTaken } from './users.errors.js';
export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
