import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { ACCESS_LOG, PINO } from '#libs/telemetry';
import { Drain } from '#libs/lifecycle';
import { InputPipe } from './input/input.pipe.js';
import { CursorCodec } from './paging/cursor.js';
import { ProblemsController } from './problems.controller.js';
import { MethodTable } from '#libs/http';
import { ProblemFilter } from './server/problem.filter.js';
import { addRequestHooks } from './server/request-hooks.js';

export interface HttpOptions {
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
  readonly corsOrigins: readonly string[];
}

const OPTIONS = Symbol('HttpOptions');

/** Headers of ours that a browser's script may read. */
const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
  'Deprecation',
  'Sunset',
];

@Module({})
export class HttpModule {
  static forRootAsync(options: Pick<FactoryProvider<HttpOptions>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      controllers: [ProblemsController],
      providers: [
        { provide: OPTIONS, ...options },
        MethodTable,
        CursorCodec,
        { provide: APP_PIPE, useClass: InputPipe },
        {
          provide: APP_FILTER,
          inject: [PINO, MethodTable, OPTIONS],
          useFactory: (logger: Logger, methods: MethodTable, { publicUrl }: HttpOptions) =>
            new ProblemFilter(logger, methods, publicUrl),
        },
      ],
      exports: [CursorCodec, OPTIONS],
    };
  }
}

/** What has to be set on the application before its routes are registered. */
export function setUpHttp(app: NestFastifyApplication): void {
  const { publicUrl, trustedProxies, corsOrigins } = app.get<HttpOptions>(OPTIONS);
  const fastify = app.getHttpAdapter().getInstance();
  app.get(MethodTable).watch(fastify);
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
      // An OPTIONS without the headers of a preflight gets the same answer, not an error of the plugin's own form.
      strictPreflight: false,
    });
  }
  const drain = app.get(Drain);
  addRequestHooks(fastify, {
    logger: app.get<Logger>(PINO),
    accessLog: app.get<Logger>(ACCESS_LOG),
    registry: app.get(Registry),
    publicUrl,
    trustsProxies: trustedProxies.length > 0,
    isDraining: () => drain.active,
  });
}
