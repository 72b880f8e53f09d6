import { defineProblem } from '#libs/problem';

export const roleNotFound = defineProblem('role-not-found', {
  status: 404,
  title: 'Role not found',
  about: 'No role has this name.',
  fix: 'List the roles again.',
});

export const builtInRole = defineProblem('built-in-role', {
  status: 409,
  title: 'Built-in role',
  about: "The roles `user` and `admin` can't be deleted, and `admin` always has every permission.",
  fix: 'Create a role of your own instead.',
});

export const tooManyRoles = defineProblem('too-many-roles', {
  status: 409,
  title: 'Too many roles',
  about: 'There can be at most 500 roles.',
  fix: "Delete one that's no longer needed.",
});

export const roleInUse = defineProblem('role-in-use', {
  status: 409,
  title: 'Role in use',
  about: "A role can't be deleted while more than 10,000 users have it.",
  fix: 'Remove all of its permissions instead, or remove it from some of the users first.',
});

export const lastAdmin = defineProblem('last-admin', {
  status: 409,
  title: 'Last administrator',
  about: "There's no other active administrator.",
  fix: 'Give another active user the `admin` role first.',
});
