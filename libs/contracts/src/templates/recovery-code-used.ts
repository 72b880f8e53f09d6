import { defineTemplate } from '../define-template.js';

export const recoveryCodeUsed = defineTemplate('recovery-code-used', {
  en: {
    subject: 'A recovery code was used',
    preheader: "If that was you, there's nothing to do.",
    heading: 'A recovery code was used',
    paragraphs: [
      "Someone used one of your recovery codes instead of your second factor. If that was you, there's nothing to do. The code doesn't work again, so create new ones before you run out.",
      'If not, someone else has your recovery codes. Choose a new password at once, and create new recovery codes.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever a recovery code is used.'],
  },
  de: {
    subject: 'Ein Wiederherstellungscode wurde benutzt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Wiederherstellungscode wurde benutzt',
    paragraphs: [
      'Jemand hat einen Ihrer Wiederherstellungscodes statt Ihres zweiten Faktors benutzt. Wenn Sie das waren, müssen Sie nichts tun. Der Code funktioniert nicht noch einmal. Erstellen Sie neue, bevor Ihnen die Codes ausgehen.',
      'Wenn nicht, kennt jemand anderes Ihre Wiederherstellungscodes. Wählen Sie sofort ein neues Passwort, und erstellen Sie neue Wiederherstellungscodes.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail, wenn ein Wiederherstellungscode benutzt wird.'],
  },
});
