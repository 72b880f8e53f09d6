import { defineTemplate } from '../define-template.js';

export const invitation = defineTemplate('invitation', {
  en: {
    subject: 'Your new account',
    preheader: 'Choose a password to sign in. The link is valid for 7 days.',
    heading: 'Your new account',
    paragraphs: ['An account was created for you. Choose a password to sign in.'],
    action: 'Choose a password',
    notes: [
      'The link is valid for 7 days and works only once. After that, the page it opens lets you request a new one.',
      "Weren't expecting this? Just ignore this email. Never give the link to anyone.",
    ],
  },
  de: {
    subject: 'Ihr neues Konto',
    preheader: 'Wählen Sie ein Passwort, um sich anzumelden. Der Link ist 7 Tage gültig.',
    heading: 'Ihr neues Konto',
    paragraphs: ['Für Sie wurde ein Konto angelegt. Wählen Sie ein Passwort, dann können Sie sich anmelden.'],
    action: 'Passwort wählen',
    notes: [
      'Der Link ist 7 Tage gültig und funktioniert nur einmal. Danach können Sie auf der Seite, die er öffnet, einen neuen anfordern.',
      'Sie haben das nicht erwartet? Dann ignorieren Sie diese E-Mail einfach. Geben Sie den Link nie weiter.',
    ],
  },
});
