import { defineTag } from '#libs/api';

export const PreferencesTag = defineTag('notification-preferences', 'What users want to be notified of');
