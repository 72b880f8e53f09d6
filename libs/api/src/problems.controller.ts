import { Controller, Get, Header, Param, Req, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { linkTo } from '#libs/http';
import { allProblems, findProblem, notFound } from '#libs/problem';
import { Public } from './access.js';
import { SkipThrottle } from '@nestjs/throttler';
import { pageOf, pagePolicy } from './page.html.js';

/** The pages behind the `type` of a problem document. */
@ApiExcludeController()
@Public()
@SkipThrottle()
@Controller({ path: 'problems', version: VERSION_NEUTRAL })
export class ProblemsController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', pagePolicy())
  list(@Req() { server }: FastifyRequest): string {
    const items = [...allProblems()].map(
      ([code, { status, title }]) =>
        `<li><a href="${linkTo(server, `/problems/${code}`)}"><code>${code}</code></a> ${status}: ${title}</li>`,
    );
    return pageOf('Problems', `<ul>${items.join('')}</ul>`);
  }

  @Get(':code')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', pagePolicy())
  explain(@Param('code') code: string, @Req() { server }: FastifyRequest): string {
    const problem = findProblem(code);
    if (!problem) {
      throw notFound();
    }
    return pageOf(
      problem.title,
      `<p><code>${code}</code>, HTTP status ${problem.status}</p><p>${problem.about}</p>` +
        `<p><a href="${linkTo(server, '/problems')}">All problems</a></p>`,
    );
  }
}
