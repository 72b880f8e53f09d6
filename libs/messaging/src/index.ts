export { defineMessage, type Message, type MessageType } from './define-message.js';
export { defineService, type DeliverMessage, type Service } from './define-service.js';
export { defineTask, type Task } from './define-task.js';
export { Inbox } from './inbox.js';
export { HandlesMessage, type MessageHandler } from './message-handler.js';
export { MessageRelayModule } from './message-relay.module.js';
export { MessagingModule } from './messaging.module.js';
export { type Cause, currentCause, Outbox, type PreparedTask } from './outbox.js';
