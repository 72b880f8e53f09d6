export {
  isMessageType,
  type Message,
  type MessageData,
  MESSAGES,
  type MessageType,
  NotificationTarget,
  SendNotification,
  SYSTEM_TEMPLATES,
  type SystemTemplate,
  UserSnapshot,
} from './messages.js';
export { ConfirmMessage, DeliverMessage, DELIVERY_JOBS, JOBS, type Jobs, SendMail } from './jobs.js';
export { grants, type Permission } from './permissions.js';
