import type { FastifyInstance } from 'fastify';
import { linkTo } from '#libs/http';
import { API_VERSIONS, LATEST_VERSION } from '../openapi/documents.js';
import { navigation } from './navigation.js';
import { html, pageOf } from './page.html.js';

/** A page or server of the development environment. */
export interface StartLink {
  readonly name: string;
  readonly url: string;
  readonly about: string;
}

export interface StartPageOptions {
  readonly version: string;
  readonly description: string;
  readonly links: readonly StartLink[];
}

/** Asks for the readiness when the page is opened, so the page itself can be cached. */
export const START_SCRIPT = `
const health = document.querySelector('[data-ready]');
fetch(health.dataset.ready, { cache: 'no-store' })
  .then((response) => response.json())
  .then(({ status, details }) => {
    const troubles = Object.entries(details).filter(([, part]) => part.status !== 'up');
    health.className = status === 'ok' ? 'good' : 'bad';
    health.textContent = (status === 'ok' ? 'Ready' : status === 'degraded' ? 'Degraded' : 'Not ready') +
      troubles.map(([name, part]) => ' · ' + name + ': ' + (part.message || part.status)).join('');
  })
  .catch(() => {
    health.className = 'bad';
    health.textContent = 'No response';
  });`;

/** The page at `/`. */
export function startPage(
  server: FastifyInstance,
  { version, description, links }: StartPageOptions,
): string {
  const link = (path: string): string => linkTo(server, path);
  const older = API_VERSIONS.filter((one) => one !== LATEST_VERSION);
  const body = html`<p>${description}</p>
    <dl>
      <dt>Health</dt>
      <dd><span role="status" data-ready="${link('/health/ready')}">…</span></dd>
      <dt>Version</dt>
      <dd>${version}</dd>
      <dt>API</dt>
      <dd>
        <code>${link(`/v${LATEST_VERSION}`)}</code> for new clients,
        ${older.map((one) => html`<code>${link(`/v${one}`)}</code>`)} for older ones
      </dd>
      <dt>Documentation</dt>
      <dd><a href="${link(`/docs/v${LATEST_VERSION}`)}">All operations</a>, with samples to copy and try</dd>
      <dt>OpenAPI</dt>
      <dd>
        ${[...API_VERSIONS].reverse().map(
          (one) =>
            html`<div>
              v${one} as <a href="${link(`/openapi/v${one}.json`)}">JSON</a> or
              <a href="${link(`/openapi/v${one}.yaml`)}">YAML</a>
            </div>`,
        )}
      </dd>
      <dt>SDK</dt>
      <dd><code>@gatehouse/client</code>, a TypeScript package that <code>npm run sdk</code> builds</dd>
      <dt>Errors</dt>
      <dd><a href="${link('/problems')}">Every problem code</a>, and what to do about it</dd>
      <dt>Public keys</dt>
      <dd><a href="${link('/.well-known/jwks.json')}">JWKS</a> to verify access tokens</dd>
      ${links.map(
        ({ name, url, about }) =>
          html`<dt>${name}</dt>
            <dd><a href="${url}">${url}</a> ${about}</dd>`,
      )}
    </dl>`;
  return pageOf('Gatehouse', body, { script: START_SCRIPT, nav: navigation(server) });
}
