export { DeliveryEnds } from './delivery-ends.js';
export { DeliveryEntity, type DeliveryState } from './delivery.entity.js';
export { type DeliveryPayload, sealDelivery } from './delivery-payload.js';
export { Notification } from './notification.entity.js';
export { findNotification } from './notification.repository.js';
export { messageIdOf } from './message-id.js';
export {
  deleteDeliveriesTo,
  type Delivery,
  findDeliveriesOf,
  insertDelivery,
  type NewDelivery,
} from './delivery.repository.js';
export { mailTask } from './send-mail.job.js';
