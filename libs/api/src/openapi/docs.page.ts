import { readFile } from 'node:fs/promises';
import { FixedContent } from './fixed-content.js';

/** Swagger UI needs its own scripts and styles, including inline styles. */
export const PAGE_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "frame-ancestors 'none'; base-uri 'none'";

const SWAGGER_UI = import.meta.resolve('swagger-ui-dist/package.json');

/** The files of Swagger UI that the page uses, the same for all versions. */
export const ASSETS: ReadonlyMap<string, FixedContent> = new Map(
  [
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['favicon-32x32.png', 'image/png'],
    ['favicon-16x16.png', 'image/png'],
  ].map(([name = '', type = '']) => [
    name,
    new FixedContent(type, () => readFile(new URL(name, SWAGGER_UI))),
  ]),
);

/** The page at `/docs/v1`. Its links are relative, because a proxy may serve us below a path of its own. */
export function pageFor(version: string, { hasTrailingSlash }: { hasTrailingSlash: boolean }): string {
  const base = hasTrailingSlash ? '.' : `./v${version}`;
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<title>Gatehouse API v${version}</title>` +
    `<link rel="stylesheet" href="${base}/swagger-ui.css">` +
    `<link rel="icon" type="image/png" href="${base}/favicon-32x32.png" sizes="32x32">` +
    `<link rel="icon" type="image/png" href="${base}/favicon-16x16.png" sizes="16x16">` +
    '<style>body{margin:0;background:#fafafa}</style></head><body><div id="swagger-ui"></div>' +
    `<script src="${base}/swagger-ui-bundle.js"></script><script src="${base}/swagger-ui-init.js"></script>` +
    '</body></html>'
  );
}

/** Finds the document relative to itself, since the page may have a trailing slash or not. */
export function initScriptFor(version: string): string {
  return (
    `const url = new URL('../../openapi/v${version}.json', document.currentScript.src).href;\n` +
    "window.ui = SwaggerUIBundle({ url, dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: true, " +
    'displayRequestDuration: true, tryItOutEnabled: true, validatorUrl: null });\n'
  );
}
