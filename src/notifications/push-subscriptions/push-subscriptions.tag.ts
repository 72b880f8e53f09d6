import { defineTag } from '#libs/api';

export const PushSubscriptionsTag = defineTag(
  'push-subscriptions',
  'The browsers that get push notifications',
);
