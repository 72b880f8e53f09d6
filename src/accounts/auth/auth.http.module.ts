import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { AccessModule } from './access/access.module.js';
import { AuthModule } from './auth.module.js';
import { UndoChangeController } from './account-changes/undo-change.controller.js';
import { UndoChangePage } from './account-changes/undo-change.page.js';
import { EmailController } from './email/email.controller.js';
import { VerifyEmailPage } from './email/verify-email.page.js';
import { EmailChangeController } from './email-change/email-change.controller.js';
import { ConfirmEmailChangePage } from './email-change/confirm-email-change.page.js';
import { UndoEmailChangePage } from './email-change/undo-email-change.page.js';
import { LoginController } from './login/login.controller.js';
import { OneTimeCodesController } from './one-time-codes/one-time-codes.controller.js';
import { SignInPage } from './one-time-codes/sign-in.page.js';
import { PasskeyLoginController } from './passkeys/passkey-login.controller.js';
import { PasskeySetupController } from './passkeys/passkey-setup.controller.js';
import { PasskeysController } from './passkeys/passkeys.controller.js';
import { ExchangeController } from './oauth/exchange.controller.js';
import { IdentitiesController } from './oauth/identities.controller.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { PasswordResetController } from './password-reset/password-reset.controller.js';
import { ResetPasswordPage } from './password-reset/reset-password.page.js';
import { PasswordsController } from './passwords/passwords.controller.js';
import { ConfirmationController } from './registration/confirmation.controller.js';
import { DisownController } from './registration/disown.controller.js';
import { RegistrationController } from './registration/registration.controller.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { PermissionsController } from './roles/permissions.controller.js';
import { RolesController } from './roles/roles.controller.js';
import { MfaLoginController } from './second-factors/mfa-login.controller.js';
import { SecondFactorsController } from './second-factors/second-factors.controller.js';
import { RefreshCookie } from './sessions/refresh-cookie.js';
import { RefreshController } from './sessions/refresh.controller.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { DisownSessionController } from './sign-in-notices/disown-session.controller.js';
import { DisownSessionPage } from './sign-in-notices/disown-session.page.js';
import { SignInPresenter } from './sign-in/sign-in.presenter.js';
import { StepUpController } from './step-up/step-up.controller.js';
import { WellKnownController } from './tokens/well-known.controller.js';

@Module({
  imports: [
    AccessModule,
    AuthModule,
    DatabaseModule.forFeature(accountsSchema),
    IdempotencyModule.forSchema(accountsSchema),
    UsersModule,
  ],
  controllers: [
    RegistrationController,
    ConfirmationController,
    DisownController,
    LoginController,
    MfaLoginController,
    SecondFactorsController,
    RefreshController,
    EmailController,
    EmailChangeController,
    OneTimeCodesController,
    PasskeyLoginController,
    PasskeySetupController,
    PasskeysController,
    ExchangeController,
    IdentitiesController,
    OAuthController,
    PasswordResetController,
    PasswordsController,
    ApiKeysController,
    PermissionsController,
    RolesController,
    SessionsController,
    DisownSessionController,
    UndoChangeController,
    StepUpController,
    WellKnownController,
    VerifyEmailPage,
    ConfirmEmailChangePage,
    UndoEmailChangePage,
    ResetPasswordPage,
    DisownSessionPage,
    UndoChangePage,
    SignInPage,
  ],
  providers: [RefreshCookie, SignInPresenter],
  exports: [AccessModule],
})
export class AuthHttpModule {}
