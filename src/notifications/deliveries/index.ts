export { DeliveryEnds } from './delivery-ends.js';
export { DeliverySender } from './delivery-sender.js';
export {
  CANCELED,
  DeliveryEntity,
  type DeliveryState,
  EXPIRES_MS,
  FEEDBACK,
  type Feedback,
  NOT_VERIFIED,
} from './delivery.entity.js';
export { openDelivery, sealDelivery } from './delivery-payload.js';
export { DeliveriesModule } from './deliveries.module.js';
export { Notification } from './notification.entity.js';
export { findNotification, insertNotifications, type NotificationRow } from './notification.repository.js';
export { deliveryOf, messageIdOf } from './message-id.js';
export { lockWaiting } from './delivery-claim.repository.js';
export {
  deleteDeliveriesTo,
  deleteDelivery,
  type Delivery,
  findDeliveriesOf,
  findSealed,
  insertDeliveries,
  insertDelivery,
  recipientOfSent,
  type NewDelivery,
  stateOfNew,
  storeSealed,
} from './delivery.repository.js';
export {
  closeDigest,
  deleteDigestItem,
  findItemsOf,
  holdDigest,
  insertDigestItem,
  type WaitingItem,
} from './digest-item.repository.js';
export { digestTask, sendDigest, smsTask, taskFor, taskOf } from './delivery-tasks.js';
export { mailTask, type SendDelivery } from './send-mail.job.js';
export { KEPT_MS } from './deliveries.purge.js';
