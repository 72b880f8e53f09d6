import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NestLogger } from '#libs/telemetry';
import type { Role } from '../../config/index.js';
import { ProcessModule, run } from './run.js';

/** Runs a process without a public port. */
export function work(role: Role, ...roles: Type[]): Promise<void> {
  return run(role, async (config, loggers) => {
    const root = ProcessModule.forRoles(roles, config, loggers);
    const app = await NestFactory.createApplicationContext(root, {
      logger: new NestLogger(loggers.log),
      abortOnError: false,
    });
    loggers.log.info('ready to process jobs');
    return app;
  });
}
