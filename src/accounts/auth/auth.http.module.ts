import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DeprecationGuard, InputGuard } from '#libs/api';
import { LimitGuard } from '#libs/limits';
import { AccessGuard, IdentityGuard } from './access/access.guard.js';
import { AuthController } from './auth.controller.js';
import { AuthModule } from './auth.module.js';
import { EmailController } from './email/email.controller.js';
import { VerifyEmailPage } from './email/verify-email.page.js';
import { FirstAdmin } from './first-admin.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { WellKnownController } from './tokens/well-known.controller.js';

@Module({
  imports: [AuthModule],
  providers: [
    FirstAdmin,
    // In this order: what holds for every answer, who calls, how often, whether they may, and with what.
    { provide: APP_GUARD, useClass: DeprecationGuard },
    { provide: APP_GUARD, useClass: IdentityGuard },
    { provide: APP_GUARD, useClass: LimitGuard },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: InputGuard },
  ],
  controllers: [AuthController, EmailController, SessionsController, WellKnownController, VerifyEmailPage],
})
export class AuthHttpModule {}
