import { declaredPermissions } from '#libs/permissions';

export const MAX_PERMISSIONS = 200;
export const PERMISSION_MAX_LENGTH = 64;

export const KNOWN_PERMISSION = {
  code: 'unknown-permission',
  test: (name: string): boolean => declaredPermissions().has(name),
  message: 'must only contain permissions from `GET /permissions`',
};
