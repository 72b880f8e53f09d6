import { IsUUID } from 'class-validator';
import { defineJob, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class BroadcastNotification {
  @IsUUID() broadcastId!: string;
}

/** Notifies the users of a broadcast. */
export const broadcastNotification = defineJob('broadcast-notification', {
  payload: BroadcastNotification,
  role: 'notifications',
  visibleFields: ['broadcastId'],
  concurrency: 2,
  // A run that takes longer goes on in the next one.
  timeoutMs: 3_600_000,
  ...TWO_DAYS_OF_RETRIES,
});

/** Due when the broadcast begins. Stays in the outbox until it's over or paused. */
export const broadcastTask = defineTask(broadcastNotification, (broadcastId) => ({ broadcastId }), {
  countsAsBacklog: false,
});
