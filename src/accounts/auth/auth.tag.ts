import { defineTag } from '#libs/api';

export const AuthTag = defineTag('auth', 'Opening accounts, signing in and out, proving addresses');
