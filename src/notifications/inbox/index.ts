export { InboxChanges } from './inbox-changes.js';
export { InboxChangesModule } from './inbox-changes.module.js';
export { InboxModule } from './inbox.module.js';
export { deleteInboxOf, insertInboxNotifications, type NewInboxNotification } from './inbox.repository.js';
