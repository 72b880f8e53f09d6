import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';

type Listener = (request: FastifyRequest, code: string) => void;

/** Tells who wants to know that a request was answered with a problem. All other requests cost nothing. */
@Injectable()
export class ProblemWatch {
  private readonly listeners: Listener[] = [];

  /** @param listener gets the request and the code of the problem, after the response */
  onProblem(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Call it before routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, _reply, done) => {
      const { problemCode } = request;
      if (problemCode !== undefined) {
        this.listeners.forEach((listener) => listener(request, problemCode));
      }
      done();
    });
  }
}
