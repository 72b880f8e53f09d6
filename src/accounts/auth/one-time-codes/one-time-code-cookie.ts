import { BrowserCookie } from '../sign-in/browser-cookie.js';
import { CODE_LIFETIME_MS } from './one-time-codes.service.js';

/** Marks the browser that requested a code, so that the link in the mail signs it in. */
export const oneTimeCodeCookie = new BrowserCookie('__Host-gatehouse-otp', CODE_LIFETIME_MS / 1000);
