import { defineAuditEvent } from '../../audit/index.js';

export const passwordWasChanged = defineAuditEvent('password.changed', 'The password was changed.');
