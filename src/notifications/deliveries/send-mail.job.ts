import { IsUUID } from 'class-validator';
import { defineJob, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class SendMail {
  @IsUUID() deliveryId!: string;
}

export const sendMail = defineJob('send-mail', {
  payload: SendMail,
  role: 'notifications',
  visibleFields: ['deliveryId'],
  concurrency: 10,
  // Long, because interrupting a server that is slow to confirm the end of a message makes us send it twice (RFC 5321,
  // section 4.5.3.2.6).
  timeoutMs: 90_000,
  ...TWO_DAYS_OF_RETRIES,
});

/** Stays in the outbox until the delivery is final, so that no mail is lost if Redis loses its data. */
export const mailTask = defineTask(sendMail, (deliveryId) => ({ deliveryId }));
