import { defineTemplate } from '../define-template.js';

export const passkeyAdded = defineTemplate('passkey-added', {
  en: {
    subject: 'A passkey was added to your account',
    preheader: "If that was you, there's nothing to do.",
    heading: 'A passkey was added',
    paragraphs: [
      "From now on, this passkey signs in to your account. If that was you, there's nothing to do.",
      'If not, someone else has access to your account. Choose a new password at once, and then remove the passkey.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever a passkey is added.'],
  },
  de: {
    subject: 'Ihr Konto hat einen neuen Passkey',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Passkey wurde hinzugefügt',
    paragraphs: [
      'Ab jetzt können Sie sich mit diesem Passkey anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Wählen Sie sofort ein neues Passwort, und entfernen Sie dann den Passkey.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail, wenn ein Passkey hinzugefügt wird.'],
  },
});
