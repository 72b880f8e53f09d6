import { STATUS_CODES } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { linkTo } from '#libs/http';
import { allProblems, type ProblemDefinition } from '#libs/problem';
import { LATEST_VERSION } from '../openapi/documents.js';
import type { Spec } from '../openapi/spec.js';
import { exampleOf, PROBLEM_TYPE } from '../openapi/problem-schemas.js';
import { navigation } from './navigation.js';
import { html, pageOf, prose } from './page.html.js';

/** The page at `/problems`. */
export function problemListPage(server: FastifyInstance): string {
  const byStatus = Map.groupBy(
    [...allProblems()].sort(([a], [b]) => a.localeCompare(b)),
    ([, { status }]) => status,
  );
  const body = html`<p>
      Errors are problem documents (RFC 9457). Programs should rely on <code>code</code>, which never changes.
    </p>
    ${[...byStatus]
      .sort(([a], [b]) => a - b)
      .map(
        ([status, problems]) =>
          html`<h2>${status} ${STATUS_CODES[status] ?? ''}</h2>
            <ul>
              ${problems.map(
                ([code, { title }]) =>
                  html`<li>
                    <a href="${linkTo(server, `/problems/${code}`)}"><code>${code}</code></a> ${title}
                  </li>`,
              )}
            </ul>`,
      )}`;
  return pageOf('Problems', body, { nav: navigation(server) });
}

/** The page behind the `type` of a problem document. @param spec that of the latest version */
export function problemPage(
  server: FastifyInstance,
  code: string,
  definition: ProblemDefinition,
  spec: Spec,
): string {
  const operations = spec.operations.filter(({ responses }) =>
    responses.some(([, { content }]) => Object.hasOwn(content?.[PROBLEM_TYPE]?.examples ?? {}, code)),
  );
  const body = html`<p><code>${code}</code>, HTTP status ${definition.status}</p>
    <h2>What happened</h2>
    <p>${prose(definition.about)}</p>
    <h2>How to fix it</h2>
    <p>${prose(definition.fix)}</p>
    <h2>Example</h2>
    <pre>${JSON.stringify(exampleOf({ code, definition }), null, 2)}</pre>
    <h2>Operations</h2>
    ${
      operations.length > 0
        ? html`<ul>
            ${operations.map(
              ({ operationId, method, path, summary = '' }) =>
                html`<li>
                  <a href="${linkTo(server, `/docs/v${LATEST_VERSION}`)}#${operationId}"
                    ><code>${method} ${path}</code></a
                  >
                  ${summary}
                </li>`,
            )}
          </ul>`
        : html`<p>
            This problem isn't specific to an operation. It can occur with any request, or only on the
            management port.
          </p>`
    }`;
  return pageOf(definition.title, body, { nav: navigation(server) });
}
