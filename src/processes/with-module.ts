import 'reflect-metadata';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Problem } from '#libs/problem';
import { createLoggers } from '#libs/telemetry';
import type { AppConfig } from '../../config/index.js';
import { ProcessModule } from './run.js';

/**
 * Starts a module without any transport, and closes it after the work is done.
 * @throws Error in words for operators
 */
export async function withModule<T>(
  module: Type,
  config: AppConfig,
  work: (app: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const loggers = createLoggers({ level: 'silent', role: config.role, pretty: false });
  const app = await NestFactory.createApplicationContext(ProcessModule.forRoles([module], config, loggers), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await work(app);
  } catch (error) {
    throw error instanceof Problem ? new Error(error.message, { cause: error }) : error;
  } finally {
    await app.close();
  }
}
