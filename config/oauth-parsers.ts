import { createPrivateKey } from 'node:crypto';
import { isPreset, type Preset, PRESETS } from './oauth-presets.js';
import { BadValue } from './reader.js';
import { parseBaseUrl, parseUrl } from './urls.js';

export function parsePreset(text: string): Preset {
  if (!isPreset(text)) {
    throw new BadValue(`must be one of ${Object.keys(PRESETS).join(', ')}`);
  }
  return text;
}

/** Compared with what the provider says, so it stays as it is. */
export function parseIssuer(text: string): string {
  parseBaseUrl(text);
  return text;
}

export function parseEndpoint(text: string): string {
  const url = new URL(parseUrl('http', 'https')(text));
  if (url.hash || url.username || url.password) {
    throw new BadValue('must not contain credentials or a fragment');
  }
  return text;
}

export function parseText(text: string): string {
  if (!/^[\x20-\x7e]{1,1024}$/.test(text)) {
    throw new BadValue('must consist of printable ASCII characters');
  }
  return text;
}

/** RFC 6749, section 3.3. */
export function parseScopes(text: string): string[] {
  const scopes = text.split(/[\s,]+/).filter((scope) => scope !== '');
  if (!scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    throw new BadValue('must be a list of scopes, separated by spaces');
  }
  return scopes;
}

export function parseP256Key(text: string): string {
  const pem = text.replaceAll('\\n', '\n');
  try {
    if (createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1') {
      return pem;
    }
  } catch {
    // Not a key at all.
  }
  throw new BadValue('must be a P-256 private key in PKCS#8 PEM format, as Apple provides it');
}
