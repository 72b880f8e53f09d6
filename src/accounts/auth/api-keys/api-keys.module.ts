import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { AccountChangesModule } from '../account-changes/account-changes.module.js';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyCache } from './api-key-cache.js';
import { ApiKeyMethod } from './api-key.method.js';
import { ApiKeyUses } from './api-key-uses.js';
import { ApiKeysService } from './api-keys.service.js';

@Module({
  imports: [
    AccountChangesModule,
    DatabaseModule.forFeature(accountsSchema, ApiKey),
    OwnershipModule,
    UsersModule,
  ],
  providers: [ApiKeyCache, ApiKeyMethod, ApiKeysService, ApiKeyUses],
  exports: [ApiKeyCache, ApiKeysService, ApiKeyUses],
})
export class ApiKeysModule {}
