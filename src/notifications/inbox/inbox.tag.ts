import { defineTag } from '#libs/api';

export const InboxTag = defineTag('inbox', 'Notifications in your app');
