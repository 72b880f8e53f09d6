import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { linkTo } from '#libs/http';
import { API_VERSIONS, type ApiVersion, LATEST_VERSION } from '../openapi/documents.js';
import { navigation } from '../pages/navigation.js';
import { html, type Html, pageOf, pagePolicy, prose } from '../pages/page.html.js';
import { DOCS_SCRIPT } from './docs.script.js';
import { DOCS_STYLE } from './docs.style.js';
import { guideSections } from './guide.html.js';
import { methodBadge, operationSection, type PageContext } from './operation.html.js';
import { type ApiOperation, Spec } from '../openapi/spec.js';

export const DOCS_POLICY = pagePolicy(DOCS_SCRIPT, DOCS_STYLE);

/** The API reference at `/docs/v1`, complete without any other file. */
export function docsPage(server: FastifyInstance, version: ApiVersion, document: OpenAPIObject): string {
  const spec = new Spec(document);
  const context: PageContext = {
    spec,
    link: (path) => linkTo(server, path),
    hasSdk: version === LATEST_VERSION,
  };
  const guide = guideSections(context, version);
  const groups = groupsOf(spec);
  const body = html`${guide.map(
    ({ id, title, text, samples }) =>
      html`<section id="${id}">
        <div>
          <h2 class="title"><a href="#${id}">${title}</a></h2>
          ${text}
        </div>
        <div class="samples">${samples.map((one) => html`${one}`)}</div>
      </section>`,
  )}
  ${groups.map(
    ({ name, description, operations }) =>
      html`<h2>${titleOf(name)}</h2>
        <p>${prose(`${description}.`)}</p>
        ${operations.map((operation) => operationSection(context, operation))}`,
  )}
  ${DIALOG}`;
  const aside = html`<div class="top">
      ${versionSwitch(context, version)}
      <input type="search" placeholder="Search" aria-label="Search" hidden />
    </div>
    <ul id="results" aria-label="Search results" aria-live="polite" hidden></ul>
    <details open>
      <summary>Contents</summary>
      <ul>
        ${guide.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
      </ul>
      ${groups.map(
        ({ name, operations }) =>
          html`<h2>${titleOf(name)}</h2>
            <ul>
              ${operations.map(
                ({ operationId, method, summary = '' }) =>
                  html`<li><a href="#${operationId}">${summary} ${methodBadge(method)}</a></li>`,
              )}
            </ul>`,
      )}
    </details>`;
  return pageOf(`Gatehouse API v${version}`, body, {
    style: DOCS_STYLE,
    script: DOCS_SCRIPT,
    nav: navigation(server),
    aside,
  });
}

function versionSwitch({ link }: PageContext, version: ApiVersion): Html {
  const links = [...API_VERSIONS]
    .reverse()
    .map((one) =>
      one === version
        ? html`<a href="${link(`/docs/v${one}`)}" aria-current="page">v${one}</a>`
        : html`<a href="${link(`/docs/v${one}`)}">v${one}</a>`,
    );
  return html`<p class="versions">${links}</p>`;
}

interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly ApiOperation[];
}

function groupsOf({ tags, operations }: Spec): readonly Group[] {
  return tags
    .map(({ name, description = '' }) => ({
      name,
      description,
      operations: operations.filter((one) => one.tags?.[0] === name),
    }))
    .filter((group) => group.operations.length > 0)
    .sort((a, b) => Number(isUnversioned(a)) - Number(isUnversioned(b)));
}

/** Probes and keys, which few readers look for. */
function isUnversioned({ operations }: Group): boolean {
  return operations.every(({ path }) => !/^\/v\d+\//.test(path));
}

/** `api-keys` becomes `API keys`. */
function titleOf(tag: string): string {
  return (tag.charAt(0).toUpperCase() + tag.slice(1).replaceAll('-', ' ')).replace(/^Api\b/, 'API');
}

const DIALOG = html`<dialog aria-labelledby="try-title">
  <h2 id="try-title">Request</h2>
  <form>
    <label>URL <input name="url" spellcheck="false" autocomplete="off" required /></label>
    <label>Access token <input name="token" spellcheck="false" autocomplete="off" /></label>
    <label>Body <textarea name="body" spellcheck="false"></textarea></label>
    <p class="buttons">
      <button>Send</button>
      <button type="button" class="plain">Close</button>
    </p>
  </form>
  <div role="status"></div>
</dialog>`;
