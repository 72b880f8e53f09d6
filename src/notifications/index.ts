/** What other processes know of this service: the jobs that its queues carry. */
export { sendMail } from './deliveries/send-mail.job.js';
