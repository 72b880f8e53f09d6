import { defineAuditEvent } from '../../audit/index.js';

export const passwordWasChanged = defineAuditEvent('password.changed', 'The user got another password.');
