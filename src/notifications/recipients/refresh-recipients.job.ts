import { defineMinutelyJob } from '#libs/jobs';

/** Brings outdated copies of users up to date, and begins a rebuild once a day. */
export const refreshRecipients = defineMinutelyJob('refresh-recipients', 'notifications');
