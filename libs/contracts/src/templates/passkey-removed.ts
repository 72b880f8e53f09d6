import { defineTemplate } from '../define-template.js';

export const passkeyRemoved = defineTemplate('passkey-removed', {
  en: {
    subject: 'A passkey was removed from your account',
    preheader: "If that was you, there's nothing to do.",
    heading: 'A passkey was removed',
    paragraphs: [
      "One of your passkeys no longer signs in to your account. If that was you, there's nothing to do.",
      'If not, someone else has access to your account. Choose a new password at once, and one for your mailbox, too.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever a passkey is removed.'],
  },
  de: {
    subject: 'Ein Passkey wurde aus Ihrem Konto entfernt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Passkey wurde entfernt',
    paragraphs: [
      'Mit einem Ihrer Passkeys kann man sich nicht mehr anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Wählen Sie sofort ein neues Passwort, und auch eines für Ihr Postfach.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail, wenn ein Passkey entfernt wird.'],
  },
});
