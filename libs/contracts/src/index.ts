export {
  AccountEvent,
  passwordChangedEvent,
  refreshReuseDetectedEvent,
  SessionEnded,
  sessionEndedEvent,
  sessionStartedEvent,
  userDeletedEvent,
  userDeletionCanceledEvent,
  userDeletionRequestedEvent,
  userEmailVerifiedEvent,
  userRegisteredEvent,
  userSuspendedEvent,
  userUpdatedEvent,
} from './account-events.js';
export { AccountDirectory, type Audience, type DirectoryUser, PeerDirectory } from './account-directory.js';
export * as accountsProto from './generated/gatehouse/accounts/v1/accounts_pb.js';
export * as notificationsProto from './generated/gatehouse/notifications/v1/notifications_pb.js';
export { defineEvent, type EventType, eventTypes } from './define-event.js';
export {
  notificationDeliveredEvent,
  NotificationEvent,
  notificationFailedEvent,
} from './notification-events.js';
export {
  builtInTemplates,
  findTemplate,
  type Template,
  TEMPLATE_LOCALES,
  type TemplateLocale,
  type TemplateTexts,
} from './define-template.js';
export { NotificationTarget, SendNotification, sendNotification } from './send-notification.js';
export { AuditRecord, recordAuditEvent } from './record-audit-event.js';
export { WebhookStopped, webhookStopped } from './webhook-stopped.js';
export { accounts, notifications } from './services.js';
export { CollectedUserData, collectUserData, userDataCollected, UserDataRequest } from './user-data.js';
export { DeletionStep, eraseUser, userErased } from './erase-user.js';
export { accountExists } from './templates/account-exists.js';
export { accountReclaimed } from './templates/account-reclaimed.js';
export { addressWanted } from './templates/address-wanted.js';
export { apiKeyAdded } from './templates/api-key-added.js';
export { confirmEmailChange } from './templates/confirm-email-change.js';
export { emailChangeRequested } from './templates/email-change-requested.js';
export { emailChangeUndone } from './templates/email-change-undone.js';
export { emailChanged } from './templates/email-changed.js';
export { newSignIn } from './templates/new-sign-in.js';
export { passkeyAdded } from './templates/passkey-added.js';
export { passkeyRemoved } from './templates/passkey-removed.js';
export { identityLinked } from './templates/identity-linked.js';
export { identityUnlinked } from './templates/identity-unlinked.js';
export { passwordChanged } from './templates/password-changed.js';
export { recoveryCodeUsed } from './templates/recovery-code-used.js';
export { recoveryCodesReplaced } from './templates/recovery-codes-replaced.js';
export { refreshTokenReused } from './templates/refresh-token-reused.js';
export { invitation } from './templates/invitation.js';
export { resetPassword } from './templates/reset-password.js';
export { secondFactorAdded } from './templates/second-factor-added.js';
export { secondFactorGuessed } from './templates/second-factor-guessed.js';
export { secondFactorRemoved } from './templates/second-factor-removed.js';
export { deletionCanceled } from './templates/deletion-canceled.js';
export { deletionRequested } from './templates/deletion-requested.js';
export { digest } from './templates/digest.js';
export { signInCode } from './templates/sign-in-code.js';
export { webhookGone, webhookPaused } from './templates/webhook-stopped.js';
export { verifyEmail } from './templates/verify-email.js';
