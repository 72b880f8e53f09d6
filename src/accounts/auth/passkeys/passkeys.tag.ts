import { defineTag } from '#libs/api';

export const PasskeysTag = defineTag('passkeys', 'Sign in with a fingerprint, a face or a security key');
