import { IsInt, IsObject, IsUUID } from 'class-validator';
import { defineMessage } from '#libs/messaging';
import { accounts, notifications } from './services.js';

/** The export of an account that a message is part of. Its subject is the user. */
export class UserDataRequest {
  @IsUUID('7') exportId!: string;
  /** Which attempt of the export asks. An answer to an earlier one is of no use. */
  @IsInt() attempt!: number;
}

/** What a service has about the user, by section. */
export class CollectedUserData extends UserDataRequest {
  @IsObject() sections!: Record<string, unknown>;
}

/** Asks for everything that a service has about a user. Every receiver replies with `user-data.collected`. */
export const collectUserData = defineMessage('collect-user-data', {
  data: UserDataRequest,
  to: [notifications],
});

/** What the notifications service has about a user. */
export const userDataCollected = defineMessage('user-data.collected', {
  data: CollectedUserData,
  to: [accounts],
});
