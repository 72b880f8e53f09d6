import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { randomToken } from '#libs/crypto';
import { Problem } from '#libs/problem';
import { createLoggers } from '#libs/telemetry';
import type { AppConfig } from '../../config/index.js';
import { AdministrationModule, Administrators } from '../accounts/administration/index.js';
import { PasswordsService } from '../accounts/auth/index.js';
import type { AdminCommand } from './admin-command.js';
import { FoundationModule } from './foundation.module.js';
import { ProcessModule } from './run.js';

@Module({ imports: [FoundationModule, AdministrationModule] })
class AdminModule {}

/** Runs the command on the application's data. @returns what to print @throws Error in words for operators */
export async function administer(command: AdminCommand, config: AppConfig): Promise<string> {
  const loggers = createLoggers({ level: 'silent', role: config.role, pretty: false });
  const app = await NestFactory.createApplicationContext(
    ProcessModule.forRoles([AdminModule], config, loggers),
    { logger: false, abortOnError: false },
  );
  try {
    return await execute(command, app.get(Administrators), app.get(PasswordsService, { strict: false }));
  } catch (error) {
    throw error instanceof Problem ? new Error(error.message, { cause: error }) : error;
  } finally {
    await app.close();
  }
}

async function execute(
  command: AdminCommand,
  administrators: Administrators,
  passwords: PasswordsService,
): Promise<string> {
  if (command.name === 'list') {
    const admins = await administrators.list();
    return admins.map(({ id, email, status }) => `${id}  ${status.padEnd(9)}  ${email}\n`).join('');
  }
  const { name, email } = command;
  const password = randomToken();
  if (name === 'create') {
    await administrators.create(email, password);
  } else {
    await passwords.reset(email, password);
  }
  return `Email     ${email}\nPassword  ${password}\n\nThe password is shown only once.\n`;
}
