import { BrowserCookie } from '../sign-in/browser-cookie.js';

/** Marks the browser that requested a code, so that the link in the mail signs it in. */
export const oneTimeCodeCookie = new BrowserCookie('__Host-gatehouse-otp', 10 * 60);
