import { defineTemplate } from '../define-template.js';

export const accountExists = defineTemplate('account-exists', {
  en: {
    subject: 'You already have an account',
    preheader: 'Someone tried to sign up with your email address, but you already have an account.',
    heading: 'You already have an account',
    paragraphs: [
      "Someone, probably you, just tried to sign up with this email address. It already belongs to an account, so we didn't change anything.",
      "Sign in with your password, or reset it if you've forgotten it.",
    ],
    action: 'Sign in',
    notes: ['Not you? Just ignore this email; no one got into your account.'],
  },
  de: {
    subject: 'Sie haben bereits ein Konto',
    preheader: 'Jemand wollte sich mit Ihrer E-Mail-Adresse registrieren, aber Sie haben bereits ein Konto.',
    heading: 'Sie haben bereits ein Konto',
    paragraphs: [
      'Jemand – vermutlich Sie selbst – wollte sich gerade mit dieser E-Mail-Adresse registrieren. Dafür gibt es bereits ein Konto, deshalb haben wir nichts geändert.',
      'Melden Sie sich mit Ihrem Passwort an oder setzen Sie es zurück, falls Sie es vergessen haben.',
    ],
    action: 'Anmelden',
    notes: [
      'Das waren nicht Sie? Dann ignorieren Sie diese E-Mail einfach. Niemand hat Zugriff auf Ihr Konto erhalten.',
    ],
  },
});
