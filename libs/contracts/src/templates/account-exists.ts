import { defineTemplate } from '../define-template.js';

export const accountExists = defineTemplate('account-exists', {
  en: {
    subject: 'You already have an account',
    preheader: 'Somebody tried to sign up with your address. You have an account already.',
    heading: 'You already have an account',
    paragraphs: [
      'Somebody, probably you, has just tried to sign up with this address. There is an account for it already, so nothing was changed.',
      'Sign in with your password, or set a new one if you have forgotten it.',
    ],
    action: 'Sign in',
    fallback: 'If the button does not work, copy this address into your browser:',
    notes: ['It was not you? Then ignore this mail: nobody got into your account.'],
    sentBy: 'Sent by',
  },
  de: {
    subject: 'Sie haben bereits ein Konto',
    preheader: 'Jemand wollte sich mit Ihrer Adresse anmelden. Sie haben schon ein Konto.',
    heading: 'Sie haben bereits ein Konto',
    paragraphs: [
      'Jemand, vermutlich Sie selbst, wollte gerade mit dieser Adresse ein Konto anlegen. Es gibt dafür schon eines, deshalb wurde nichts geändert.',
      'Melden Sie sich mit Ihrem Passwort an, oder setzen Sie ein neues, falls Sie es vergessen haben.',
    ],
    action: 'Anmelden',
    fallback: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    notes: ['Das waren nicht Sie? Dann ignorieren Sie diese Mail: Niemand ist in Ihr Konto gelangt.'],
    sentBy: 'Gesendet von',
  },
});
