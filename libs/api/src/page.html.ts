import { createHash } from 'node:crypto';

const STYLE =
  ':root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1.25rem}' +
  'h1{font-size:1.5rem;line-height:1.3}code{font-family:ui-monospace,monospace}li{margin:.35rem 0}' +
  'button{font:inherit;padding:.7rem 1.4rem;border:0;border-radius:.5rem;background:#1f5eff;color:#fff;cursor:pointer}' +
  'input{font:inherit;padding:.5rem;border:1px solid;border-radius:.4rem;display:block;width:100%;max-width:24rem;box-sizing:border-box}' +
  'button:disabled{opacity:.6;cursor:default}button:focus-visible{outline:3px solid #8fb0ff;outline-offset:2px}';

/** A minimal HTML page. `title` and `body` are HTML, so escape anything untrusted first. */
export function pageOf(
  title: string,
  body: string,
  { lang = 'en', script }: { lang?: string; script?: string } = {},
): string {
  return (
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>` +
    `<body><main><h1>${title}</h1>${body}</main>${script === undefined ? '' : `<script>${script}</script>`}</body></html>`
  );
}

/** The Content-Security-Policy for `pageOf`: its style and script by hash, and requests to this origin. */
export function pagePolicy(script?: string): string {
  return [
    "default-src 'none'",
    `style-src ${hashSource(STYLE)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`, "connect-src 'self'"]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashSource(source: string): string {
  return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
}
