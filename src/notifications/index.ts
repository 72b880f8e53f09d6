import './broadcasts/broadcast-notification.job.js';
import './deliveries/delivery-tasks.js';
import './intake/deliver-notification.job.js';
import './recipients/rebuild-recipients.job.js';
import './recipients/refresh-recipients.job.js';
import './rotate-keys.js';
import './webhooks/deliver-webhook.job.js';
import './webhooks/resume-webhooks.job.js';

/** For other processes: the declarations of this service's jobs. */
export { sendMail } from './deliveries/send-mail.job.js';
