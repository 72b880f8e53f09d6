import { defineTemplate } from '../define-template.js';

export const addressWanted = defineTemplate('address-wanted', {
  en: {
    subject: 'This address already has an account',
    preheader: 'Someone wanted to use your email address for another account.',
    heading: 'This address already has an account',
    paragraphs: [
      "Someone, probably you, wanted to use this email address for another account. It already has one, so we didn't change anything.",
      'An address can have one account. To use it for the other, first give this account another address.',
    ],
    action: 'Sign in',
    notes: ["Wasn't you? Just ignore this email; no one got into your account."],
  },
  de: {
    subject: 'Zu dieser Adresse gibt es bereits ein Konto',
    preheader: 'Jemand wollte Ihre E-Mail-Adresse für ein anderes Konto verwenden.',
    heading: 'Zu dieser Adresse gibt es bereits ein Konto',
    paragraphs: [
      'Jemand – vermutlich Sie selbst – wollte diese E-Mail-Adresse für ein anderes Konto verwenden. Dazu gibt es bereits eines, deshalb haben wir nichts geändert.',
      'Zu jeder Adresse kann es nur ein Konto geben. Um sie für das andere zu verwenden, geben Sie zuerst diesem Konto eine andere Adresse.',
    ],
    action: 'Anmelden',
    notes: [
      'Das waren nicht Sie? Dann ignorieren Sie diese E-Mail einfach. Niemand hat Zugriff auf Ihr Konto erhalten.',
    ],
  },
});
