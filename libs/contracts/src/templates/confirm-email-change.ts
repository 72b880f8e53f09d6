import { defineTemplate } from '../define-template.js';

export const confirmEmailChange = defineTemplate('confirm-email-change', {
  en: {
    subject: 'Confirm your new email address',
    preheader: 'Your account gets this address when you confirm it.',
    heading: 'Confirm your new email address',
    paragraphs: [
      'Someone, probably you, wants to use this address for their account. It gets the address when you confirm it.',
    ],
    action: 'Confirm',
    notes: [
      'The link is valid for one hour.',
      "Wasn't you? Then don't confirm it. The page behind the link lets you say so, too.",
    ],
  },
  de: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    preheader: 'Ihr Konto bekommt diese Adresse, wenn Sie sie bestätigen.',
    heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    paragraphs: [
      'Jemand – vermutlich Sie selbst – möchte diese Adresse für sein Konto verwenden. Das Konto bekommt sie, wenn Sie sie bestätigen.',
    ],
    action: 'Bestätigen',
    notes: [
      'Der Link ist eine Stunde gültig.',
      'Das waren nicht Sie? Dann bestätigen Sie nichts. Auf der Seite hinter dem Link können Sie das auch sagen.',
    ],
  },
});
