import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { allProblems, notFound } from '#libs/problem';
import { Spec } from '../openapi/spec.js';
import { FixedContent } from '../openapi/fixed-content.js';
import { pagePolicy } from './page.html.js';
import { problemListPage, problemPage } from './problem.pages.js';
import { START_SCRIPT, startPage, type StartPageOptions } from './start.page.js';

/** Serves `/`, `/problems` and `/problems/{code}`. @param document that of the latest version */
export function servePages(
  app: NestFastifyApplication,
  document: OpenAPIObject,
  options: StartPageOptions,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  const start = page(() => startPage(fastify, options));
  fastify.get('/', (request, reply) =>
    start.send(request, reply.header('Content-Security-Policy', pagePolicy(START_SCRIPT))),
  );
  const list = page(() => problemListPage(fastify));
  const problems = new Map(
    [...allProblems()].map(([code, definition]) => [
      code,
      page(() => problemPage(fastify, code, definition, new Spec(document))),
    ]),
  );
  fastify.get('/problems', (request, reply) =>
    list.send(request, reply.header('Content-Security-Policy', pagePolicy())),
  );
  fastify.get<{ Params: { code: string } }>('/problems/:code', (request, reply) => {
    const found = problems.get(request.params.code);
    if (!found) {
      throw notFound();
    }
    return found.send(request, reply.header('Content-Security-Policy', pagePolicy()));
  });
}

function page(make: () => string): FixedContent {
  return new FixedContent('text/html; charset=utf-8', make);
}
