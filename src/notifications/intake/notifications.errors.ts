import { defineProblem } from '#libs/problem';

export const notificationNotFound = defineProblem('notification-not-found', {
  status: 404,
  title: 'Notification not found',
  about: 'There is no notification with this ID that you have sent. Notifications are kept for 90 days.',
  fix: 'Use the ID that sending it returned.',
});

export const notificationNotRendered = defineProblem('notification-not-rendered', {
  status: 422,
  title: 'Notification not rendered',
  about: "The template can't be rendered with this data, so nothing was sent.",
  fix: 'See `errors` for the reason. Most templates need another value, or a variable that is optional.',
});

export const notificationNotCancelable = defineProblem('notification-not-cancelable', {
  status: 409,
  title: "Notification can't be canceled",
  about:
    'It has been sent on all of its channels, is being sent at this moment, is in a digest that is on its way, or was canceled ' +
    'before.',
  fix: 'Get the notification to see what became of it.',
});
