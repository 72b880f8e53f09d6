import { defineJob } from '#libs/jobs';
import { defineTask, type Task } from '#libs/messaging';
import { mailTask, type SendMail, SENDS_MAIL, sendMail } from './send-mail.job.js';

/** Closes a digest and sends it. A job of its own, because earlier releases would fail to render the email. */
export const sendDigest = defineJob('send-digest', SENDS_MAIL);

/** Due when the digest is. Stays in the outbox until its delivery is final. */
export const digestTask = defineTask(sendDigest, (deliveryId) => ({ deliveryId }));

/** Sends an email of a broadcast. A job of its own, so that nobody waits for a code behind a hundred thousand of them. */
export const sendBroadcastMail = defineJob('send-broadcast-mail', { ...SENDS_MAIL, concurrency: 5 });

/** Like `mailTask`. May take hours without anything being wrong. */
export const broadcastMailTask = defineTask(sendBroadcastMail, (deliveryId) => ({ deliveryId }), {
  countsAsBacklog: false,
});

const TASKS: readonly Task<SendMail>[] = [mailTask, digestTask, broadcastMailTask];

/** The jobs of all tasks that send an email. */
export const MAIL_JOBS: readonly string[] = TASKS.map(({ job }) => job.name);

/** The task to send a delivery, by the name of its job. */
export function taskOf(name: string | null): Task<SendMail> {
  return TASKS.find(({ job }) => job.name === (name ?? sendMail.name)) ?? mailTask;
}
