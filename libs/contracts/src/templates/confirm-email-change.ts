import { defineTemplate } from '../define-template.js';

export const confirmEmailChange = defineTemplate('confirm-email-change', {
  en: {
    subject: 'Confirm your new email address',
    preheader: 'Your account gets this address when you confirm it.',
    heading: 'Confirm your new email address',
    paragraphs: [
      "Someone asked to change their account's email address to this one. If that was you, confirm the change.",
      "If it wasn't you, don't confirm. Your address would belong to someone else's account, and they could still sign in to it.",
    ],
    action: 'Confirm',
    notes: [
      'The link is valid for one hour.',
      "Wasn't you? The page behind the link lets you say so. You don't need it to create an account of your own.",
    ],
  },
  de: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    preheader: 'Ihr Konto bekommt diese Adresse, wenn Sie sie bestätigen.',
    heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    paragraphs: [
      'Jemand möchte die E-Mail-Adresse eines bestehenden Kontos auf diese Adresse ändern. Wenn Sie das waren, bestätigen Sie die Änderung.',
      'Wenn nicht, bestätigen Sie nicht: Ihre Adresse würde zu einem fremden Konto gehören, in dem sich dessen Besitzer weiterhin anmelden könnte.',
    ],
    action: 'Bestätigen',
    notes: [
      'Der Link ist eine Stunde gültig.',
      'Das waren nicht Sie? Auf der Seite hinter dem Link können Sie das sagen. Für ein eigenes Konto brauchen Sie sie nicht.',
    ],
  },
});
