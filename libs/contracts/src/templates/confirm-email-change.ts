import { defineTemplate } from '../define-template.js';

export const confirmEmailChange = defineTemplate('confirm-email-change', {
  en: {
    subject: 'Confirm your new email address',
    preheader: 'Your account gets this address when you confirm it.',
    heading: 'Confirm your new email address',
    paragraphs: [
      'Someone asked to use this address for an account that they already have. If that was you, confirm it.',
      "Don't confirm it if it wasn't you: the account isn't yours, and its owner could go on signing in to it.",
    ],
    action: 'Confirm',
    notes: [
      'The link is valid for one hour.',
      "Wasn't you? The page behind the link lets you say so. You don't need it to open an account of your own.",
    ],
  },
  de: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    preheader: 'Ihr Konto bekommt diese Adresse, wenn Sie sie bestätigen.',
    heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    paragraphs: [
      'Jemand möchte diese Adresse für ein Konto verwenden, das er schon hat. Wenn Sie das sind, bestätigen Sie es.',
      'Wenn nicht, bestätigen Sie es nicht: Das Konto gehört nicht Ihnen, und sein Besitzer könnte sich weiterhin anmelden.',
    ],
    action: 'Bestätigen',
    notes: [
      'Der Link ist eine Stunde gültig.',
      'Das waren nicht Sie? Auf der Seite hinter dem Link können Sie das sagen. Für ein eigenes Konto brauchen Sie sie nicht.',
    ],
  },
});
