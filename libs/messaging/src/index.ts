export { Inbox } from './inbox.js';
export { MessageRelayModule } from './message-relay.module.js';
export { type AnyMessage, openMessage } from './open-message.js';
export { type NewMessage, Outbox, type Task } from './outbox.js';
export { outboxEntities } from './outbox.entity.js';
export { OutboxModule } from './outbox.module.js';
export { OutboxRelayModule } from './outbox-relay.module.js';
export type { Route } from './route.js';
