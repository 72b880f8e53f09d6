import { Module } from '@nestjs/common';
import { randomToken } from '#libs/crypto';
import type { AppConfig } from '../../config/index.js';
import { AdministrationModule, Administrators } from '../accounts/administration/index.js';
import { PasswordsService } from '../accounts/auth/index.js';
import type { AccountCommand, AdminCommand } from './admin-command.js';
import { RecipientRebuilds, RecipientRebuildsModule } from '../notifications/recipients/index.js';
import { keyUsage, KeysModule, rotateKeys } from './admin-keys.js';
import type { CommandResult } from './run-command.js';
import { FoundationModule } from './foundation.module.js';
import { withModule } from './with-module.js';

@Module({ imports: [FoundationModule, AdministrationModule] })
class AdminModule {}

/** Apart from the other one, which goes without the database of notifications. */
@Module({ imports: [FoundationModule, RecipientRebuildsModule] })
class RebuildModule {}

/** Runs the command on the application's data. @returns what to print @throws Error in words for operators */
export function administer(command: AdminCommand, config: AppConfig): Promise<CommandResult> {
  if (command.name === 'rotate-keys' || command.name === 'key-usage') {
    return withModule(KeysModule, config, command.name === 'rotate-keys' ? rotateKeys : keyUsage);
  }
  if (command.name === 'rebuild-recipients') {
    return withModule(RebuildModule, config, (app) => rebuild(app.get(RecipientRebuilds, { strict: false })));
  }
  return withModule(AdminModule, config, (app) =>
    execute(command, app.get(Administrators), app.get(PasswordsService, { strict: false })),
  );
}

async function rebuild(rebuilds: RecipientRebuilds): Promise<string> {
  if (!(await rebuilds.isCopied())) {
    throw new Error(
      'There is no copy of users: no notifications process with ACCOUNTS_GRPC_URL has begun one yet.',
    );
  }
  const begun = (await rebuilds.begin()) ? 'The rebuild begins.' : 'A rebuild is running.';
  return `${begun} Its progress is the metric gatehouse_recipients_rebuild_users.\n`;
}

async function execute(
  command: AccountCommand,
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
