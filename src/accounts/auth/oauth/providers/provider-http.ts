import { isJsonObject } from '#libs/json';
import { invalidProviderResponse, providerUnavailable } from '../oauth.errors.js';

/** People wait for it, with nothing on their screen. */
const TIMEOUT_MS = 5_000;
/** Far more than any discovery document, key set or profile. */
const MAX_BYTES = 256 * 1024;

interface ProviderRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

interface ProviderAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Every request to a provider: with a time limit, a size limit, and without following redirects, which could lead to
 * servers that only we can reach, and take secrets along.
 * @throws Problem `provider-unavailable`, `invalid-provider-response` if it's too large or a redirect
 */
export async function askProvider(url: string, request: ProviderRequest = {}): Promise<ProviderAnswer> {
  const { signal, ...rest } = request;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      ...rest,
      headers: { accept: 'application/json', 'user-agent': 'Gatehouse', ...rest.headers },
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      throw providerUnavailable({ cause: new Error(`${originOf(url)} responded with ${response.status}`) });
    }
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw nonsense(`${originOf(url)} redirected a request`);
    }
    return { status: response.status, text: await readText(response) };
  } catch (error) {
    throw providerUnavailable.is(error) || invalidProviderResponse.is(error)
      ? error
      : providerUnavailable({ cause: error });
  }
}

/** @throws Problem `provider-unavailable`, `invalid-provider-response` */
export async function askForJson(
  url: string,
  request?: ProviderRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const value = await askForAnyJson(url, request);
  if (!isJsonObject(value)) {
    throw nonsense(`${originOf(url)} didn't respond with a JSON object`);
  }
  return value;
}

/** Also arrays. @throws Problem `provider-unavailable`, `invalid-provider-response` */
export async function askForAnyJson(url: string, request?: ProviderRequest): Promise<unknown> {
  const { status, text } = await askProvider(url, request);
  if (status !== 200) {
    throw nonsense(`${originOf(url)} responded with ${status}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw nonsense(`${originOf(url)} didn't respond with JSON`);
  }
}

/** @param reason logged, never sent, so it may name the provider but no secrets */
export function nonsense(reason: string): Error {
  return invalidProviderResponse({ cause: new Error(reason) });
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    if (size > MAX_BYTES) {
      throw nonsense(`${originOf(response.url)} sent more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The path may contain secrets. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the provider';
}
