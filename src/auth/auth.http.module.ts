import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { LimitGuard } from '#libs/http';
import { AccessGuard, IdentityGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { AuthModule } from './auth.module.js';
import { EmailController } from './email/email.controller.js';
import { VerifyEmailPage } from './email/verify-email.page.js';
import { FirstAdmin } from './first-admin.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { WellKnownController } from './well-known.controller.js';

@Module({
  imports: [AuthModule],
  providers: [
    FirstAdmin,
    // In this order: who calls, how often, and whether they may.
    { provide: APP_GUARD, useClass: IdentityGuard },
    { provide: APP_GUARD, useClass: LimitGuard },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  controllers: [AuthController, EmailController, SessionsController, WellKnownController, VerifyEmailPage],
})
export class AuthHttpModule {}
