export { InboxChanges } from './inbox-changes.js';
export { InboxChangesModule } from './inbox-changes.module.js';
export { InboxModule } from './inbox.module.js';
export { deleteInboxOf, insertInboxNotification } from './inbox.repository.js';
