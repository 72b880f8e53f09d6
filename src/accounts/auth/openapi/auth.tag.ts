import { defineTag } from '#libs/api';

export const AuthTag = defineTag('auth', 'Sign up, sign in, sign out and verify email addresses');
