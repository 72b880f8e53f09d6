import { defineTag } from '#libs/api';

export const AuthTag = defineTag('auth', 'Sign up, sign in and out, passwords and email addresses');
