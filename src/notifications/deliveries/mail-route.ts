import type { Route, Task } from '#libs/messaging';

/** Who is addressed by the notes that this service leaves in its own outbox: its mail queue. */
export const MAIL_CONSUMER = 'mail';

/** What a delivery leaves in the outbox for as long as it is not final. */
export function noteOf(deliveryId: string, userId: string): Task {
  return { id: deliveryId, consumer: MAIL_CONSUMER, type: 'send-mail', subject: userId };
}

/** A note stays in the outbox until the delivery is final, so that a Redis that lost everything loses no mail. */
export const toMailQueue: Route = ({ messageId }) => ({
  job: 'send-mail',
  payload: { deliveryId: messageId },
  jobId: messageId,
});
