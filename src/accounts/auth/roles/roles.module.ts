import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { CallersModule } from '../callers/callers.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { Role } from './role.entity.js';
import { RoleAuthority } from './role-authority.js';
import { RoleCache } from './role-cache.js';
import { RolesService } from './roles.service.js';

@Module({
  imports: [CallersModule, DatabaseModule.forFeature(accountsSchema, Role), SessionsModule, UsersModule],
  providers: [RoleAuthority, RoleCache, RolesService],
  exports: [RoleAuthority, RoleCache, RolesService],
})
export class RolesModule {}
