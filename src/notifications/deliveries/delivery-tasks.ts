import { defineJob } from '#libs/jobs';
import { defineTask, type Task } from '#libs/messaging';
import { mailTask, type SendDelivery, SENDS_DELIVERY, sendMail } from './send-mail.job.js';

/** Closes a digest and sends it. A job of its own, because earlier releases would fail to render the email. */
export const sendDigest = defineJob('send-digest', SENDS_DELIVERY);

/** Due when the digest is. Stays in the outbox until its delivery is final. */
export const digestTask = defineTask(sendDigest, (deliveryId) => ({ deliveryId }));

/** Sends an email of a broadcast. A job of its own, so that nobody waits for a code behind a hundred thousand of them. */
export const sendBroadcastMail = defineJob('send-broadcast-mail', { ...SENDS_DELIVERY, concurrency: 5 });

/** Like `mailTask`. May take hours without anything being wrong. */
const broadcastMailTask = defineTask(sendBroadcastMail, (deliveryId) => ({ deliveryId }), {
  countsAsBacklog: false,
});

/** Sends a text message. A job of its own, so that it doesn't wait for emails, nor they for a slow gateway. */
export const sendSms = defineJob('send-sms', SENDS_DELIVERY);

/** Like `mailTask`. */
export const smsTask = defineTask(sendSms, (deliveryId) => ({ deliveryId }));

/** Sends a text message of a broadcast. */
export const sendBroadcastSms = defineJob('send-broadcast-sms', { ...SENDS_DELIVERY, concurrency: 5 });

/** Like `broadcastMailTask`. */
const broadcastSmsTask = defineTask(sendBroadcastSms, (deliveryId) => ({ deliveryId }), {
  countsAsBacklog: false,
});

/** Sends a push notification to a browser. A job of its own, because push services are many and may be slow. */
export const sendPush = defineJob('send-push', SENDS_DELIVERY);

/** Like `mailTask`. */
const pushTask = defineTask(sendPush, (deliveryId) => ({ deliveryId }));

/** Sends a push notification of a broadcast. */
export const sendBroadcastPush = defineJob('send-broadcast-push', { ...SENDS_DELIVERY, concurrency: 5 });

/** Like `broadcastMailTask`. */
const broadcastPushTask = defineTask(sendBroadcastPush, (deliveryId) => ({ deliveryId }), {
  countsAsBacklog: false,
});

/** By channel, and whether it's of a broadcast. */
const TASKS_BY_CHANNEL = {
  email: { single: mailTask, broadcast: broadcastMailTask },
  sms: { single: smsTask, broadcast: broadcastSmsTask },
  push: { single: pushTask, broadcast: broadcastPushTask },
} as const satisfies Record<string, { single: Task<SendDelivery>; broadcast: Task<SendDelivery> }>;

const TASKS: readonly Task<SendDelivery>[] = [
  digestTask,
  ...Object.values(TASKS_BY_CHANNEL).flatMap(({ single, broadcast }) => [single, broadcast]),
];

/** What sends a delivery on a channel. */
export function taskFor(channel: keyof typeof TASKS_BY_CHANNEL, isOfBroadcast: boolean): Task<SendDelivery> {
  const { single, broadcast } = TASKS_BY_CHANNEL[channel];
  return isOfBroadcast ? broadcast : single;
}

/** Whether the job of this name sends what belongs to a broadcast. */
export function isOfBroadcast(task: string | null): boolean {
  return Object.values(TASKS_BY_CHANNEL).some(({ broadcast }) => broadcast.job.name === task);
}

/** The jobs of all tasks that send something. */
export const DELIVERY_JOBS: readonly string[] = TASKS.map(({ job }) => job.name);

/** The task to send a delivery, by the name of its job. */
export function taskOf(name: string | null): Task<SendDelivery> {
  return TASKS.find(({ job }) => job.name === (name ?? sendMail.name)) ?? mailTask;
}
