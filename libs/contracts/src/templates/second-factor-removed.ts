import { defineTemplate } from '../define-template.js';

export const secondFactorRemoved = defineTemplate('second-factor-removed', {
  en: {
    subject: 'A second factor was removed from your account',
    preheader: "If that was you, there's nothing to do.",
    heading: 'A second factor was removed',
    paragraphs: [
      "The authenticator app of your account was removed, so signing in no longer needs a code from it. If that was you, there's nothing to do.",
      'If not, someone else has access to your account. Choose a new password at once, and one for your mailbox, too.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever a second factor is removed.'],
  },
  de: {
    subject: 'Ein zweiter Faktor wurde aus Ihrem Konto entfernt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein zweiter Faktor wurde entfernt',
    paragraphs: [
      'Die Authenticator-App Ihres Kontos wurde entfernt. Zum Anmelden brauchen Sie also keinen Code mehr daraus. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Wählen Sie sofort ein neues Passwort, und auch eines für Ihr Postfach.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail, wenn ein zweiter Faktor entfernt wird.'],
  },
});
