import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { RoleAuthorityModule } from './role-authority.module.js';
import { RoleCache } from './role-cache.js';
import { RolesService } from './roles.service.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), RoleAuthorityModule, SessionsModule, UsersModule],
  providers: [RoleCache, RolesService],
  exports: [RoleAuthorityModule, RoleCache, RolesService],
})
export class RolesModule {}
