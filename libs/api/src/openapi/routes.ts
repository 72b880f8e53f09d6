import type { INestApplication } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { accessOf } from '../access.js';

/** The handler of an operation. The document is generated from its decorators. */
export interface Route {
  readonly name: string;
  readonly handler: object;
  readonly controller: object;
}

/** Identifies a route without its version: a handler with two versions has two paths but one key. */
export function routeKey(controller: string, method: string): string {
  return `${controller}.${method}`;
}

export function findRoutes(app: INestApplication): Map<string, Route> {
  const routes = new Map<string, Route>();
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  for (const { metatype } of modules.flatMap((module) => [...module.controllers.values()])) {
    if (typeof metatype !== 'function') {
      continue;
    }
    const prototype = metatype.prototype as Record<string, unknown>;
    for (const method of Object.getOwnPropertyNames(prototype)) {
      const handler = prototype[method];
      if (typeof handler === 'function' && Reflect.hasMetadata(METHOD_METADATA, handler)) {
        routes.set(routeKey(metatype.name, method), { name: method, handler, controller: metatype });
      }
    }
  }
  return routes;
}

/**
 * The guard closes such a route to everyone, which is safe, but hard to understand for whoever wrote it.
 * @throws Error that names the routes without `@Public()` or `@Requires()`
 */
export function requireAccessRules(app: INestApplication): void {
  const missing = [...findRoutes(app)].filter(
    ([, { handler, controller }]) => !accessOf(handler, controller),
  );
  if (missing.length > 0) {
    const names = missing.map(([key]) => key).join(', ');
    throw new Error(
      `Say who may call ${names}: decorate the method or its controller with @Public() or @Requires().`,
    );
  }
}
