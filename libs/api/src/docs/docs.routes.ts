import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { linkTo } from '#libs/http';
import { API_VERSIONS, type ApiVersion, LATEST_VERSION } from '../openapi/documents.js';
import { FixedContent } from '../openapi/fixed-content.js';
import { toYaml } from '../openapi/yaml.js';
import { DOCS_POLICY, docsPage } from './docs.page.js';

/** Serves `/docs/v1`, `/openapi/v1.json`, `/openapi/v1.yaml` and so on. `/docs` redirects to the latest version. */
export function serveDocuments(
  app: NestFastifyApplication,
  documents: Record<ApiVersion, OpenAPIObject>,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const version of API_VERSIONS) {
    const document = documents[version];
    serve(fastify, documentsOf(version, document));
    const page = new FixedContent('text/html; charset=utf-8', () => docsPage(fastify, version, document));
    const root = `/docs/v${version}`;
    serve(
      fastify,
      { [root]: page, [`${root}/`]: page, [`${root}/index.html`]: page },
      { 'Content-Security-Policy': DOCS_POLICY },
    );
  }
  fastify.get('/docs', ({ server }, reply) =>
    reply.redirect(linkTo(server, `/docs/v${LATEST_VERSION}`), 302),
  );
}

function documentsOf(version: ApiVersion, document: OpenAPIObject): Record<string, FixedContent> {
  return {
    [`/openapi/v${version}.json`]: new FixedContent('application/json; charset=utf-8', () =>
      JSON.stringify(document),
    ),
    [`/openapi/v${version}.yaml`]: new FixedContent('application/yaml', () => toYaml(document)),
  };
}

function serve(
  fastify: FastifyInstance,
  contents: Readonly<Record<string, FixedContent>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  for (const [url, content] of Object.entries(contents)) {
    fastify.get(url, (request, reply) => content.send(request, reply.headers(headers)));
  }
}
