import { IsUUID } from 'class-validator';
import { defineMessage } from '#libs/messaging';
import { accounts, notifications } from './services.js';

/** The deletion of an account that a message is part of. Its subject is the user. */
export class DeletionStep {
  @IsUUID('7') deletionId!: string;
}

/** An account was deleted. Every receiver removes what it has of the user, and replies with `user.erased`. */
export const userDeleted = defineMessage('user.deleted', { data: DeletionStep, to: [notifications] });

/** The notifications service has removed what it had of a deleted user. */
export const userErased = defineMessage('user.erased', { data: DeletionStep, to: [accounts] });
