import { defineTag } from '#libs/api';

export const AuthTag = defineTag(
  'auth',
  'Sign up, sign in and out, and manage passwords and email addresses',
);
