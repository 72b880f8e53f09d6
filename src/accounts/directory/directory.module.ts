import { Global, Module } from '@nestjs/common';
import { AccountDirectory } from '#libs/contracts';
import { UsersModule } from '../users/index.js';
import { LocalDirectory } from './local-directory.js';

/** Global, because other services ask without importing this one. */
@Global()
@Module({
  imports: [UsersModule],
  providers: [{ provide: AccountDirectory, useClass: LocalDirectory }],
  exports: [AccountDirectory],
})
export class DirectoryModule {}
