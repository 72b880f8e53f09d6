import { notifications } from '#libs/contracts';
import { defineKeyRotation } from '#libs/key-rotation';

/** Keeps what notifications stores under the first keys. */
export const notificationsKeys = defineKeyRotation(notifications);
