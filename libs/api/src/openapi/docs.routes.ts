import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { linkTo } from '#libs/http';
import { API_VERSIONS, type ApiVersion, LATEST_VERSION } from './documents.js';

/** Swagger UI needs its own scripts and styles, including inline ones. */
const PAGE_POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; frame-ancestors 'none'";

/** Serves `/docs/v1`, `/openapi/v1.json`, `/openapi/v1.yaml` and so on. `/docs` redirects to the latest version. */
export function serveDocuments(
  app: NestFastifyApplication,
  documents: Record<ApiVersion, OpenAPIObject>,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/docs')) {
      void reply.header('Content-Security-Policy', PAGE_POLICY);
    }
    done();
  });
  for (const version of API_VERSIONS) {
    SwaggerModule.setup(`docs/v${version}`, app, documents[version], {
      jsonDocumentUrl: `openapi/v${version}.json`,
      yamlDocumentUrl: `openapi/v${version}.yaml`,
      customSiteTitle: `Gatehouse API v${version}`,
      swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
    });
  }
  fastify.get('/docs', ({ server }, reply) =>
    reply.redirect(linkTo(server, `/docs/v${LATEST_VERSION}`), 302),
  );
}
