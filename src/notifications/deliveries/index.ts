export { sealDelivery } from './delivery-payload.js';
export { insertDelivery } from './delivery.repository.js';
export { mailTask } from './send-mail.job.js';
