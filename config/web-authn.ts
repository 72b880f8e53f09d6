import type { AppConfig } from './app-config.js';
import { parseList } from './parsers.js';
import { BadValue, type EnvironmentReader } from './reader.js';

/** An Android app is known by its signing certificate. */
const ANDROID_APP = /^android:apk-key-hash:[\w-]{43}$/;

/** Passkeys belong to a domain, so that no other site can use them (WebAuthn Level 3, section 5.1.2). */
export function readWebAuthn(read: EnvironmentReader, appUrl: string | undefined): AppConfig['webAuthn'] {
  const app = new URL(appUrl ?? 'http://localhost');
  const rpId = read.optional('WEBAUTHN_RP_ID', parseRpId, () => app.hostname);
  const origins = read.optional('WEBAUTHN_ORIGINS', parsePasskeyOrigins, () => [app.origin]);
  const foreign = origins?.find((origin) => rpId !== undefined && !belongsTo(origin, rpId));
  if (foreign !== undefined) {
    read.addProblem(
      'WEBAUTHN_ORIGINS',
      `must be origins of ${rpId} or its subdomains, and ${foreign} isn't: browsers would refuse its passkeys`,
    );
  }
  return { rpId, origins };
}

function parseRpId(text: string): string {
  if (!/^(?!.*\.$)[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(text) || /^[\d.]+$/.test(text)) {
    throw new BadValue('must be a domain, such as acme.com');
  }
  return text;
}

function parsePasskeyOrigins(text: string): string[] {
  return parseList(text).map((origin) => {
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin && !ANDROID_APP.test(origin)) {
      throw new BadValue(
        `must be a comma-separated list of origins, such as https://app.acme.com; "${origin}" isn't one`,
      );
    }
    return origin;
  });
}

function belongsTo(origin: string, rpId: string): boolean {
  if (ANDROID_APP.test(origin)) {
    return true;
  }
  const { hostname } = new URL(origin);
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}
