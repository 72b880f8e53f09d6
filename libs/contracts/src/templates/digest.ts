import { defineTemplate } from '../define-template.js';

/** Sent by the notifications service itself, instead of several emails. */
export const digest = defineTemplate('digest', {
  en: {
    subject: 'Your new notifications',
    preheader: 'What has happened since your last summary.',
    heading: 'Your new notifications',
    paragraphs: [],
    action: 'Open the app',
    notes: ['You get this summary because you chose to have your notifications collected.'],
  },
  de: {
    subject: 'Ihre neuen Benachrichtigungen',
    preheader: 'Was seit der letzten Zusammenfassung geschehen ist.',
    heading: 'Ihre neuen Benachrichtigungen',
    paragraphs: [],
    action: 'App öffnen',
    notes: ['Sie erhalten diese Zusammenfassung, weil Sie Ihre Benachrichtigungen sammeln lassen.'],
  },
});
