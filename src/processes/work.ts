import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NestLogger } from '#libs/telemetry';
import type { Beginning } from './lifetime.js';
import { ProcessModule, run, type Started } from './run.js';

/** Starts an application without a public port. */
export function work(beginning: Beginning, ...roles: Type[]): Promise<Started> {
  return run(beginning, async (config, loggers) => {
    const root = ProcessModule.forRoles(roles, config, loggers);
    const app = await NestFactory.createApplicationContext(root, {
      logger: new NestLogger(loggers.log),
      abortOnError: false,
    });
    loggers.log.info('ready to process jobs');
    return app;
  });
}
