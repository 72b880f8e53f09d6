import { RouteConfig } from '@nestjs/platform-fastify';

/** Anyone may call the route, from any address: a load balancer that is denied would take us for dead. */
export function IgnoresAddressRules(): MethodDecorator {
  return RouteConfig({ ignoresAddressRules: true });
}
