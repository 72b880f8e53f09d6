import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { IpRuleRemovalsPurge, IpRulesPurge } from './ip-rules.purge.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema)],
  providers: [IpRuleRemovalsPurge, IpRulesPurge],
})
export class IpRulesJobsModule {}
