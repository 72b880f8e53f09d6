export { sealDelivery } from './delivery-payload.js';
export { deleteDeliveriesTo, insertDelivery } from './delivery.repository.js';
export { mailTask } from './send-mail.job.js';
