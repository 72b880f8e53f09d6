import { IsUUID } from 'class-validator';
import { defineJob } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class SendMail {
  @IsUUID() deliveryId!: string;
}

export const sendMail = defineJob('send-mail', {
  payload: SendMail,
  role: 'notifications',
  shown: ['deliveryId'],
  concurrency: 10,
  // Long, since cutting off a server that is slow to confirm the end of a message sends it twice (RFC 5321, 4.5.3.2.6).
  timeoutMs: 90_000,
  // Two days of outage: 30 retries in the first quarter of an hour, then one every 11 to 15 minutes.
  attempts: 300,
  backoff: { baseMs: 2_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
});

/** In the outbox until the delivery is final, so that a Redis that lost everything loses no mail. */
export const mailTask = defineTask(sendMail, (deliveryId) => ({ deliveryId }));
