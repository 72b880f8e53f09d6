import { defineTemplate } from '../define-template.js';

export const secondFactorAdded = defineTemplate('second-factor-added', {
  en: {
    subject: 'A second factor was added to your account',
    preheader: "If that was you, there's nothing to do.",
    heading: 'A second factor was added',
    paragraphs: [
      "From now on, signing in to your account also needs a code from an authenticator app. If that was you, there's nothing to do. Keep your recovery codes in a safe place.",
      'If not, someone else has access to your account. Choose a new password at once, and ask us to remove the authenticator app.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever a second factor is added.'],
  },
  de: {
    subject: 'Ihr Konto hat einen zweiten Faktor',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ihr Konto hat einen zweiten Faktor',
    paragraphs: [
      'Ab jetzt brauchen Sie zum Anmelden auch einen Code aus einer Authenticator-App. Wenn Sie das eingerichtet haben, müssen Sie nichts tun. Bewahren Sie Ihre Wiederherstellungscodes sicher auf.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Wählen Sie sofort ein neues Passwort, und bitten Sie uns, die Authenticator-App zu entfernen.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail, wenn ein zweiter Faktor eingerichtet wird.'],
  },
});
