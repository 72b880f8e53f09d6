import { defineMinutelyJob } from '#libs/jobs';

/** Tests paused webhooks, and lets those go on that answer. */
export const resumeWebhooks = defineMinutelyJob('resume-webhooks', 'notifications');
