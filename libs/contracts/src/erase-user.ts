import { IsUUID } from 'class-validator';
import { defineMessage } from '#libs/messaging';
import { accounts, notifications } from './services.js';

/** The deletion of an account that a message is part of. Its subject is the user. */
export class DeletionStep {
  @IsUUID('7') deletionId!: string;
}

/** Tells a service to remove what it has of a user whose account was deleted. It replies with `user.erased`. */
export const eraseUser = defineMessage('erase-user', { data: DeletionStep, to: [notifications] });

/** The notifications service has removed what it had of a deleted user. */
export const userErased = defineMessage('user.erased', { data: DeletionStep, to: [accounts] });
