export {
  isMessageType,
  type Message,
  type MessageData,
  MESSAGES,
  type MessageType,
  NotificationTarget,
  SendNotification,
  type Service,
  SERVICES,
  SYSTEM_TEMPLATES,
  type SystemTemplate,
  UserSnapshot,
} from './messages.js';
export {
  ConfirmMessage,
  DeliverMessage,
  DELIVERY_JOBS,
  type JobRole,
  JOBS,
  type Jobs,
  SendMail,
} from './jobs.js';
export { grants, type Permission, PERMISSIONS, type Role, ROLES } from './permissions.js';
