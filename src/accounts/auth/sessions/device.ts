import type { FastifyRequest } from 'fastify';
import { addressOf } from '#libs/http';
import type { Device } from './session-issuer.js';

export function deviceOf(request: FastifyRequest): Device {
  return { userAgent: request.headers['user-agent'], ipAddress: addressOf(request) };
}
