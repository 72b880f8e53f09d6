import { Global, Module } from '@nestjs/common';
import { AccountDirectory } from '#libs/contracts';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { CopiedDirectory } from './copied-directory.js';
import { RecipientCopyModule } from './recipient-copy.module.js';

/** For a process that asks accounts in another one. Global, as the directory in the process of accounts is. */
@Global()
@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema), RecipientCopyModule],
  providers: [{ provide: AccountDirectory, useClass: CopiedDirectory }],
  exports: [AccountDirectory],
})
export class CopiedDirectoryModule {}
