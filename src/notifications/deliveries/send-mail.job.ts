import { IsUUID } from 'class-validator';
import { defineJob, type JobOptions, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class SendDelivery {
  @IsUUID() deliveryId!: string;
}

/** What all jobs that send an email have in common. */
export const SENDS_DELIVERY: JobOptions<SendDelivery> = {
  payload: SendDelivery,
  role: 'notifications',
  visibleFields: ['deliveryId'],
  concurrency: 10,
  // Long, because interrupting a server that is slow to confirm the end of a message makes us send it twice (RFC 5321,
  // section 4.5.3.2.6).
  timeoutMs: 90_000,
  ...TWO_DAYS_OF_RETRIES,
};

export const sendMail = defineJob('send-mail', SENDS_DELIVERY);

/** Stays in the outbox until the delivery is final, so that no mail is lost if Redis loses its data. */
export const mailTask = defineTask(sendMail, (deliveryId) => ({ deliveryId }));
