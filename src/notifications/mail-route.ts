import type { Route } from '#libs/outbox';

/** Who is addressed by the notes that this service leaves in its own outbox: its mail queue. */
export const MAIL_CONSUMER = 'mail';

/** A note stays in the outbox until the delivery is final, so that a Redis that lost everything loses no mail. */
export const toMailQueue: Route = ({ messageId }) => ({
  job: 'send-mail',
  payload: { deliveryId: messageId },
  jobId: messageId,
});
