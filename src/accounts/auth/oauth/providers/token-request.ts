import { isJsonObject } from '#libs/json';
import { askProvider, nonsense, textOf } from './provider-http.js';

export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  /** How the client authenticates: in the body, or in a header (RFC 6749, section 2.3.1). */
  readonly authentication: 'client_secret_post' | 'client_secret_basic';
}

/**
 * Exchanges a code for tokens.
 * @param body with the secret
 * @returns the response, an object in JSON: passport-oauth2 fails on any other, outside of any promise
 * @throws Problem `provider-unavailable`, `invalid-provider-response`
 */
export async function requestTokens(url: string, body: string, client: TokenRequest): Promise<string> {
  const { status, text } = await askProvider(url, { method: 'POST', ...authenticated(body, client) });
  const tokens = status === 200 ? tokensIn(text) : undefined;
  if (!tokens) {
    throw nonsense(`the token endpoint responded with ${status} ${errorIn(text)}`);
  }
  return JSON.stringify(tokens);
}

interface Authenticated {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function authenticated(body: string, client: TokenRequest): Authenticated {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  if (client.authentication === 'client_secret_post') {
    return { headers, body };
  }
  const fields = new URLSearchParams(body);
  fields.delete('client_secret');
  const credentials = `${formEncode(client.clientId)}:${formEncode(client.clientSecret)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { headers: { ...headers, authorization }, body: fields.toString() };
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function tokensIn(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isJsonObject(value) && textOf(value['access_token']) !== undefined ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The code of RFC 6749, section 5.2, for the log. The description may contain anything. */
function errorIn(text: string): string {
  return /"error"\s*:\s*"([a-z_]{1,40})"/.exec(text)?.[1] ?? '';
}
