import { defineTemplate } from '../define-template.js';

export const addressWanted = defineTemplate('address-wanted', {
  en: {
    subject: 'This address already has an account',
    preheader: 'Someone tried to use your email address for another account.',
    heading: 'This address already has an account',
    paragraphs: [
      "Someone, probably you, tried to use this email address for another account. It already belongs to an account, so we didn't change anything.",
      'Each address can belong to only one account. To use it for the other one, first change the address of this account.',
    ],
    action: 'Sign in',
    notes: ['Not you? Just ignore this email; no one got into your account.'],
  },
  de: {
    subject: 'Zu dieser Adresse gibt es bereits ein Konto',
    preheader: 'Jemand wollte Ihre E-Mail-Adresse für ein anderes Konto verwenden.',
    heading: 'Zu dieser Adresse gibt es bereits ein Konto',
    paragraphs: [
      'Jemand – vermutlich Sie selbst – wollte diese E-Mail-Adresse für ein anderes Konto verwenden. Es gibt aber bereits ein Konto mit dieser Adresse, deshalb haben wir nichts geändert.',
      'Zu jeder Adresse kann es nur ein Konto geben. Um sie für das andere zu verwenden, ändern Sie zuerst die Adresse dieses Kontos.',
    ],
    action: 'Anmelden',
    notes: [
      'Das waren nicht Sie? Dann ignorieren Sie diese E-Mail einfach. Niemand hat Zugriff auf Ihr Konto erhalten.',
    ],
  },
});
