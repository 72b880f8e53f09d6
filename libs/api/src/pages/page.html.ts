import { createHash } from 'node:crypto';
import { COLOURS, SANS_SERIF } from '#libs/design';

const STYLE = `
:root{color-scheme:light dark;${variables(COLOURS.light)}}
@media (prefers-color-scheme:dark){:root{${variables(COLOURS.dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.6 ${SANS_SERIF};overflow-wrap:break-word}
a{color:var(--accent)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
pre{background:var(--page);border:1px solid var(--border);border-radius:8px;padding:1rem;white-space:pre-wrap;line-height:1.5}
nav,main{max-width:44rem;margin:0 auto;padding:0 1.25rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;padding-top:1.25rem}
nav a{color:var(--soft);text-decoration:none}nav a:hover{text-decoration:underline}
nav a:first-child{color:var(--strong);font-weight:600;margin-right:auto}
main{background:var(--card);border:1px solid var(--border);border-radius:12px;margin-top:1.25rem;margin-bottom:3rem;padding:2rem 2rem 1.75rem}
@media (max-width:46rem){main{border-width:1px 0;border-radius:0;padding:1.5rem 1.25rem}}
h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem;color:var(--strong)}
h2{font-size:1.0625rem;margin:1.75rem 0 .5rem;color:var(--strong)}
p{margin:.75rem 0}ul{padding-left:1.1rem}li{margin:.35rem 0}
dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.5rem 1.25rem;margin:1rem 0}dt{color:var(--soft)}dd{margin:0}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.75rem}}
.soft{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}
label{display:block}
input{font:inherit;color:inherit;background:var(--page);padding:.55rem .7rem;border:1px solid var(--soft);border-radius:8px;display:block;width:100%;max-width:24rem;margin-top:.25rem}
.check{display:flex;gap:.6rem;align-items:baseline}.check input{width:auto;margin:0;flex:none}
.actions{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;align-items:center}
input[aria-invalid=true]{border-color:var(--bad)}
button{font:inherit;font-weight:600;padding:.7rem 1.5rem;border:0;border-radius:8px;background:var(--accent);color:var(--on-accent);cursor:pointer}
button.plain{padding:0;background:none;color:var(--accent);font-weight:400;text-decoration:underline}
button:disabled{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}[role=status]:focus{outline:0}
`;

interface PageOptions {
  readonly lang?: string;
  readonly script?: string;
  /** Added to that of all pages. */
  readonly style?: string;
  /** Next to the content. */
  readonly aside?: Html;
  /** Above the page. Pages that users of the product see have none. */
  readonly nav?: Html;
}

/** Markup in which everything untrusted has been escaped. */
export class Html {
  constructor(readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

/** A template whose values are escaped, unless they are HTML themselves. Lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(markupOf)));
}

type HtmlValue = string | number | Html | readonly Html[];

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) {
    return value.markup;
  }
  return Array.isArray(value) ? value.join('') : escaped(String(value));
}

/** Text with code between backticks, as in problems and descriptions of operations. */
export function prose(text: string): Html {
  return new Html(escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>'));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The language of a page that users of the product see. @param languages the header `Accept-Language` */
export function pageLanguage(languages: string | undefined): 'en' | 'de' {
  return /^\s*de\b/i.test(languages ?? '') ? 'de' : 'en';
}

/** One of our pages, in light and dark, for phones and desktops. */
export function pageOf(
  title: string,
  body: Html,
  { lang = 'en', script, style, nav, aside }: PageOptions = {},
): string {
  return html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title}</title>
        ${element('style', STYLE + (style ?? ''))}
      </head>
      <body>
        ${nav ? html`<nav>${nav}</nav>` : ''} ${aside ? html`<aside>${aside}</aside>` : ''}
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        ${script === undefined ? '' : element('script', script)}
      </body>
    </html> `.markup;
}

/** Without any whitespace of the template, which would change the hash. */
function element(name: 'style' | 'script', content: string): Html {
  return new Html(`<${name}>${content}</${name}>`);
}

/**
 * The Content-Security-Policy for `pageOf`: its style and script by hash, and requests to this origin.
 * @param formAction where its forms may be sent without a script
 */
export function pagePolicy(script?: string, style = '', formAction = "'none'"): string {
  return [
    "default-src 'none'",
    `style-src ${hashSource(STYLE + style)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`, "connect-src 'self'"]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    `form-action ${formAction}`,
  ].join('; ');
}

function hashSource(source: string): string {
  return `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
}

function variables(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${colour}`)
    .join(';');
}
