/** For other processes: the declarations of this service's jobs. */
export { sendMail } from './deliveries/send-mail.job.js';
