export { canonicalEmail, EmailCipher } from './email-cipher.js';
export { DisplayNameField, LocaleField, TimezoneField } from './profile.fields.js';
export { User } from './user.entity.js';
export { toUserResponse, UserResponse } from './users.dto.js';
export { emailTaken } from './users.errors.js';
export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
