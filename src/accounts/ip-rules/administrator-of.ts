import type { FastifyRequest } from 'fastify';
import { callerOf } from '#libs/api';
import { addressOf } from '#libs/http';
import { parseAddress } from '#libs/networks';
import type { AdministratorAt } from './ip-rules.service.js';

/** Who changes rules, and from where. @throws Problem `unauthenticated` */
export function administratorOf(request: FastifyRequest): AdministratorAt {
  return { caller: callerOf(request), address: parseAddress(addressOf(request)) };
}
