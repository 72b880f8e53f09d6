import { defineTemplate } from '../define-template.js';

export const signInCode = defineTemplate('sign-in-code', {
  en: {
    subject: 'Your sign-in code',
    preheader: 'Enter the code to sign in. It is valid for 10 minutes.',
    heading: 'Sign in',
    paragraphs: ['Enter this code to sign in:'],
    action: 'Sign in',
    notes: [
      'The code and the link are valid for 10 minutes and work only once. The link signs you in if you open it in the browser where you requested it.',
      'Not you? Just ignore this email. Never give the code to anyone, not even to us.',
    ],
  },
  de: {
    subject: 'Ihr Anmeldecode',
    preheader: 'Geben Sie den Code ein, um sich anzumelden. Er ist 10 Minuten gültig.',
    heading: 'Anmelden',
    paragraphs: ['Geben Sie diesen Code ein, um sich anzumelden:'],
    action: 'Anmelden',
    notes: [
      'Code und Link sind 10 Minuten gültig und funktionieren nur einmal. Der Link meldet Sie in dem Browser an, in dem Sie ihn angefordert haben.',
      'Das waren nicht Sie? Dann ignorieren Sie diese E-Mail einfach. Geben Sie den Code nie weiter, auch nicht an uns.',
    ],
  },
});
