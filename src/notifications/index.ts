import './webhooks/deliver-webhook.job.js';
import './webhooks/resume-webhooks.job.js';

/** For other processes: the declarations of this service's jobs. */
export { sendMail } from './deliveries/send-mail.job.js';
