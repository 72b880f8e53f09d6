import { BrowserCookie } from '../sign-in/browser-cookie.js';

/** Marks the browser as the one that registered, so that it can confirm the registration without the password. */
export const registrationCookie = new BrowserCookie('__Host-gatehouse-registration', 7 * 24 * 60 * 60);
