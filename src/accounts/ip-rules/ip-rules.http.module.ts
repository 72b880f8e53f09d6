import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { AuditModule } from '../audit/index.js';
import { RoleAuthorityModule, SessionsModule } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { AutomaticBans } from './bans/automatic-bans.js';
import { BansService } from './bans/bans.service.js';
import { Strikes } from './bans/strikes.js';
import { IpRule } from './ip-rule.entity.js';
import { IpRuleGate } from './ip-rule-gate.js';
import { IpRuleRemoval } from './ip-rule-removal.entity.js';
import { IpRuleState } from './ip-rule-state.entity.js';
import { IpRulesController } from './ip-rules.controller.js';
import { IpRulesService } from './ip-rules.service.js';
import { IpRuleListsController } from './lists/ip-rule-lists.controller.js';
import { IpRuleListsService } from './lists/ip-rule-lists.service.js';
import { LiveIpRules } from './live-ip-rules.js';

/** Which addresses may send requests to the HTTP API. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(accountsSchema, IpRule, IpRuleRemoval, IpRuleState),
    IdempotencyModule.forSchema(accountsSchema),
    RoleAuthorityModule,
    SessionsModule,
  ],
  controllers: [IpRuleListsController, IpRulesController],
  providers: [
    AutomaticBans,
    BansService,
    Strikes,
    IpRuleGate,
    IpRuleListsService,
    IpRulesService,
    LiveIpRules,
  ],
})
export class IpRulesHttpModule {}
