import { StringListField } from '#libs/api';
import { ROLE_NAME_MAX_LENGTH } from './roles.dto.js';

const MAX_ROLES = 100;

/** The roles of a user. Whether they exist is checked when they are given. */
export function RolesField({ optional = false } = {}): PropertyDecorator {
  return StringListField({
    description: `The names of the user's roles, which grant permissions.${optional ? ' Defaults to `user`.' : ''}`,
    example: ['user'],
    maxItems: MAX_ROLES,
    maxLength: ROLE_NAME_MAX_LENGTH,
    optional,
  });
}
