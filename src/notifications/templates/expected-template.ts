import type { FastifyRequest } from 'fastify';
import { conditionsOf, etagOf } from '#libs/api';
import type { Condition } from './template.js';

/** Whether the template is the one that the request is meant for. @throws Problem `malformed-request` */
export function expects(request: Pick<FastifyRequest, 'headers'>): Condition {
  const conditions = conditionsOf(request);
  return ({ revision }) => conditions.allow(etagOf(revision));
}
