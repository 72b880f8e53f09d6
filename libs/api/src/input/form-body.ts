import { parse } from 'node:querystring';
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

export const FORM_TYPE = 'application/x-www-form-urlencoded';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `AcceptsForm`. */
    acceptsForm?: boolean;
  }
}

/**
 * The body may be a form. No other operation takes one, because browsers send forms to any site without asking it
 * first.
 */
export function AcceptsForm(): MethodDecorator {
  return applyDecorators(RouteConfig({ acceptsForm: true }), ApiConsumes(FORM_TYPE));
}

export function acceptsForm({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.acceptsForm === true;
}

/** A field that comes twice becomes an array, which no rule accepts. */
export function parseFormBody(body: Buffer): object {
  return { ...parse(body.toString('utf8')) };
}
