import type { FastifyInstance } from 'fastify';
import { linkTo } from '#libs/http';
import { LATEST_VERSION } from '../openapi/documents.js';
import { html, type Html } from './page.html.js';

/** Above the pages for developers. */
export function navigation(server: FastifyInstance): Html {
  const link = (path: string): string => linkTo(server, path);
  return html`<a href="${link('/')}">Gatehouse</a>
    <a href="${link(`/docs/v${LATEST_VERSION}`)}">Docs</a>
    <a href="${link(`/openapi/v${LATEST_VERSION}.json`)}">OpenAPI</a>
    <a href="${link('/problems')}">Problems</a>`;
}
