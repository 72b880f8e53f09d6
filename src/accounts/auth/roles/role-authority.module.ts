import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { CallersModule } from '../callers/callers.module.js';
import { Role } from './role.entity.js';
import { RoleAuthority } from './role-authority.js';

/** What administrators may do to others, also for workers who do it for them. */
@Module({
  imports: [CallersModule, DatabaseModule.forFeature(accountsSchema, Role), UsersModule],
  providers: [RoleAuthority],
  exports: [RoleAuthority],
})
export class RoleAuthorityModule {}
