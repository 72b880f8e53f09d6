import { IsArray, IsIn, IsOptional, IsString, IsUUID } from 'class-validator';
import { defineEvent } from './define-event.js';

/** An event about the user who is its subject. */
export class AccountEvent {
  /** The user who did it. Null if no one was signed in, as with a link from an email, or if the system did it. */
  @IsOptional() @IsUUID() actorId!: string | null;
  /** The administrator who acted as that user, if one did. */
  @IsOptional() @IsUUID() impersonatorId!: string | null;
}

class UserUpdated extends AccountEvent {
  /** The names of the members of `User` that have changed. */
  @IsArray() @IsString({ each: true }) changed!: readonly string[];
}

class SessionEvent extends AccountEvent {
  @IsUUID() sessionId!: string;
}

export class SessionEnded extends AccountEvent {
  /** Which sessions ended: one, all, or all but the one that the request came from. */
  @IsIn(['one', 'all', 'others']) scope!: 'one' | 'all' | 'others';
  /** Null unless it's one. */
  @IsOptional() @IsUUID() sessionId!: string | null;
}

export const userRegisteredEvent = defineEvent('user.registered', 'An account was created.', AccountEvent);
export const userEmailVerifiedEvent = defineEvent(
  'user.email-verified',
  'The email address was verified.',
  AccountEvent,
);
export const userUpdatedEvent = defineEvent(
  'user.updated',
  'The profile, the email address or the roles changed, or the user was restored.',
  UserUpdated,
);
export const userSuspendedEvent = defineEvent(
  'user.suspended',
  'The user can no longer sign in.',
  AccountEvent,
);
export const userDeletionRequestedEvent = defineEvent(
  'user.deletion-requested',
  'The account will be deleted, unless the user cancels in time.',
  AccountEvent,
);
export const userDeletionCanceledEvent = defineEvent(
  'user.deletion-canceled',
  'The account will not be deleted after all.',
  AccountEvent,
);
export const userDeletedEvent = defineEvent('user.deleted', 'The account was deleted.', AccountEvent);
export const sessionStartedEvent = defineEvent('session.started', 'The user signed in.', SessionEvent);
export const sessionEndedEvent = defineEvent(
  'session.ended',
  'The user signed out, or was signed out. Not published for sessions that expire.',
  SessionEnded,
);
export const refreshReuseDetectedEvent = defineEvent(
  'session.refresh-reuse-detected',
  'A refresh token was used twice, which ended the session: someone may have stolen it.',
  SessionEvent,
);
export const passwordChangedEvent = defineEvent(
  'password.changed',
  'The password was changed or reset.',
  AccountEvent,
);
