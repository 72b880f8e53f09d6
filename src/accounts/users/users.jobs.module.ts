import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { IndexEmailDomainsProcessor } from './jobs/index-email-domains.processor.js';
import { ProfileData } from './profile.personal-data.js';
import { UsersModule } from './users.module.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), UsersModule],
  providers: [IndexEmailDomainsProcessor, ProfileData],
})
export class UsersJobsModule {}
