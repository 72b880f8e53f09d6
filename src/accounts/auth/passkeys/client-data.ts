interface ClientData {
  readonly origin?: unknown;
  readonly crossOrigin?: unknown;
}

/**
 * Whether our page was in a frame of another site, which may have made the user believe that it's about something else.
 * Nobody needs that, so we refuse it (WebAuthn Level 3, sections 7.1 and 7.2, on `crossOrigin`). The library only looks at
 * `topOrigin`, which not all browsers send, and only at sign-in.
 */
export function isFramedElsewhere(clientDataJSON: unknown): boolean {
  return clientDataIn(clientDataJSON).crossOrigin === true;
}

/** @returns the page, or undefined if it isn't one */
export function originIn(clientDataJSON: unknown): string | undefined {
  const { origin } = clientDataIn(clientDataJSON);
  // An app has none.
  const page = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).origin : 'null';
  return page === 'null' ? undefined : page;
}

/** What the browser says of the page (WebAuthn, section 5.8.1). Nothing if it's not what a browser sends. */
function clientDataIn(clientDataJSON: unknown): ClientData {
  try {
    const data = JSON.parse(Buffer.from(String(clientDataJSON), 'base64url').toString()) as ClientData | null;
    return data ?? {};
  } catch {
    return {};
  }
}
