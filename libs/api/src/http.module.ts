import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { AuditOrigin } from '#libs/audit';
import {
  AddressGate,
  EXPOSED_HEADERS,
  isAllowedOrigin,
  MethodTable,
  mountAt,
  mountPathOf,
  ProblemWatch,
  refuseDeniedAddresses,
  TrustedProxies,
} from '#libs/http';
import { Drain } from '#libs/lifecycle';
import { CallerSlots, createSlots, releaseSlots } from '#libs/limits';
import { ACCESS_LOG, PINO } from '#libs/telemetry';
import { Cursors } from './paging/cursor.js';
import { HTTP_OPTIONS, type HttpOptions } from './http.options.js';
import { HttpOrigin } from './server/http-origin.js';
import { addRequestHooks } from './server/request-hooks.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<HttpOptions>({
  optionsInjectionToken: HTTP_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

/** The building blocks of an HTTP API: cursors, the origin of requests, and the dependencies of the request pipeline. */
@Module({
  providers: [
    AddressGate,
    MethodTable,
    Cursors,
    ProblemWatch,
    { provide: CallerSlots, useFactory: createSlots },
    { provide: AuditOrigin, useClass: HttpOrigin },
  ],
  exports: [AddressGate, AuditOrigin, MethodTable, Cursors, CallerSlots, HTTP_OPTIONS, ProblemWatch],
})
export class HttpModule extends ConfigurableModuleClass {}

/** Configures the application. Call it before routes are registered. */
export function setUpHttp(app: NestFastifyApplication): void {
  const { publicUrl, trustedProxies, corsOrigins } = app.get<HttpOptions>(HTTP_OPTIONS);
  const fastify = app.getHttpAdapter().getInstance();
  mountAt(fastify, mountPathOf(publicUrl));
  fastify.decorate('trustedProxies', new TrustedProxies(trustedProxies));
  refuseDeniedAddresses(fastify, app.get(AddressGate), { publicUrl, corsOrigins });
  app.get(ProblemWatch).watch(fastify);
  app.get(MethodTable).watch(fastify);
  releaseSlots(fastify, app.get(CallerSlots));
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: corsOrigins.includes('*')
        ? '*'
        : (origin, done) => done(null, origin !== undefined && isAllowedOrigin(origin, corsOrigins)),
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      // For the refresh cookie. Browsers accept no credentials with `*`.
      credentials: !corsOrigins.includes('*'),
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
      // Answer an OPTIONS request without preflight headers the same way. The plugin's own error isn't a problem
      // document.
      strictPreflight: false,
    });
  }
  const drain = app.get(Drain);
  addRequestHooks(fastify, {
    logger: app.get<Logger>(PINO),
    accessLog: app.get<Logger>(ACCESS_LOG),
    registry: app.get(Registry),
    publicUrl,
    isDraining: () => drain.active,
  });
}
