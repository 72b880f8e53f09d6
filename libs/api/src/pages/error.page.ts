import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkTo, problemReply } from '#libs/http';
import type { InvalidMember, Problem } from '#libs/problem';
import { navigation } from './navigation.js';
import { html, pageOf, pagePolicy, prose } from './page.html.js';

interface ProblemBody {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly InvalidMember[];
}

/** Whether a person asks: browsers put HTML first when they open a page, and programs don't. */
export function prefersPage({ headers }: FastifyRequest): boolean {
  return /^\s*text\/html\b/i.test(headers.accept ?? '');
}

/** Sends the problem as a page, with the same status and headers as the document. */
export function sendProblemPage(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
  publicUrl: string,
): FastifyReply {
  const { status, headers, body } = problemReply(request, problem, publicUrl);
  return reply
    .status(status)
    .headers({
      ...headers,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': pagePolicy(),
    })
    .send(errorPage(request, JSON.parse(body) as ProblemBody));
}

function errorPage({ server }: FastifyRequest, problem: ProblemBody): string {
  const { title, status, detail, code, requestId, errors = [] } = problem;
  const body = html`<p>${prose(detail)}</p>
    ${
      errors.length > 0
        ? html`<ul>
            ${errors.map(({ pointer, message }) => html`<li><code>${pointer}</code> ${message}</li>`)}
          </ul>`
        : ''
    }
    <dl>
      <dt>Status</dt>
      <dd>${status}</dd>
      <dt>Problem</dt>
      <dd>
        <a href="${linkTo(server, `/problems/${code}`)}"><code>${code}</code></a>
      </dd>
      <dt>Request ID</dt>
      <dd><code>${requestId}</code></dd>
    </dl>`;
  return pageOf(title, body, { nav: navigation(server) });
}
