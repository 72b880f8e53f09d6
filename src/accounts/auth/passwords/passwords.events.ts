import { defineAuditEvent } from '#libs/audit';
import { passwordChangedEvent } from '#libs/contracts';

export const passwordWasChanged = defineAuditEvent('password.changed', 'The password was changed.', {
  event: passwordChangedEvent,
  data: () => ({}),
});
