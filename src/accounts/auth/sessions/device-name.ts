import { BROWSER_MAP, OS_MAP, parse } from 'bowser';

/** What a person would call a device. Both parts may be missing. */
export interface DeviceName {
  /** The browser or app: `Firefox`, `curl`. */
  readonly app?: string | undefined;
  /** What it runs on: `Linux`, `iPhone`. */
  readonly system?: string | undefined;
}

const BROWSERS = new Set(Object.values(BROWSER_MAP));
const SYSTEMS = new Set(Object.values(OS_MAP));
/** What their makers call it isn't always what people do. An empty name says nothing about the app. */
const APPS = new Map([
  ['Samsung Internet for Android', 'Samsung Internet'],
  ['Microsoft Edge', 'Edge'],
  ['Generic', ''],
  ['Dalvik', ''],
  ['Go-http-client', 'Go'],
  ['PostmanRuntime', 'Postman'],
  ['node', 'Node.js'],
  ['python-requests', 'Python'],
  ['undici', 'Node.js'],
]);

/**
 * The product that a user agent starts with (RFC 9110, section 10.1.5), if it looks like a name. The name goes into mails
 * that strangers can trigger, so it's too short to say something, and mail clients can't take it for a link.
 */
const PRODUCT = /^(?=[^/]{1,32}(?:\/|$))([a-z][a-z\d]*(?:[-_][a-z\d]+){0,2})(?:\/|$)/i;

/** @param userAgent as it's stored with the session. The result only contains words that we know, and its product */
export function nameOfDevice(userAgent: string): DeviceName {
  if (userAgent.trim() === '') {
    return {};
  }
  const { browser, os, platform } = parse(userAgent);
  // All browsers claim to be Mozilla. For anything else, Bowser returns a part of the text.
  const app = userAgent.startsWith('Mozilla/') ? known(browser.name, BROWSERS) : PRODUCT.exec(userAgent)?.[1];
  const model = ['iPhone', 'iPad'].find((name) => name.toLowerCase() === platform.model?.toLowerCase());
  return {
    app: (app === undefined ? undefined : (APPS.get(app) ?? app)) || undefined,
    system: model ?? known(os.name, SYSTEMS),
  };
}

/** In English: `Firefox on Linux`. */
export function presentDeviceName(userAgent: string): string {
  const { app, system } = nameOfDevice(userAgent);
  return [app, system].filter((part) => part !== undefined).join(' on ') || 'Unknown device';
}

function known(name: string | undefined, names: ReadonlySet<string>): string | undefined {
  return name !== undefined && names.has(name) ? name : undefined;
}
