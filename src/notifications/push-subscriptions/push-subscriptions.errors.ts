import { defineProblem } from '#libs/problem';

export const pushNotConfigured = defineProblem('push-not-configured', {
  status: 409,
  title: 'No push notifications',
  about: 'This server sends no push notifications.',
  fix: 'Set VAPID_PRIVATE_KEY.',
});

export const pushSubscriptionNotFound = defineProblem('push-subscription-not-found', {
  status: 404,
  title: 'Push subscription not found',
  about:
    'You have no push subscription with this ID. It may have ended, or someone else signed in on that browser.',
  fix: 'List your push subscriptions again.',
});
