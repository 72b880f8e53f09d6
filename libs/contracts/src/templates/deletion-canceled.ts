import { defineTemplate } from '../define-template.js';

export const deletionCanceled = defineTemplate('deletion-canceled', {
  en: {
    subject: "Your account won't be deleted",
    preheader: 'An administrator canceled the deletion.',
    heading: "Your account won't be deleted",
    paragraphs: [
      'You asked us to delete your account. An administrator canceled that, so we keep your account and its data.',
      'If you still want it deleted, sign in and ask again.',
    ],
    action: 'Sign in',
    notes: ['You get this email when someone else cancels the deletion of your account.'],
  },
  de: {
    subject: 'Ihr Konto wird nicht gelöscht',
    preheader: 'Ein Administrator hat die Löschung abgebrochen.',
    heading: 'Ihr Konto wird nicht gelöscht',
    paragraphs: [
      'Sie haben uns gebeten, Ihr Konto zu löschen. Ein Administrator hat das abgebrochen. Wir behalten Ihr Konto und seine Daten.',
      'Wenn Sie es weiterhin löschen möchten, melden Sie sich an und bitten Sie erneut darum.',
    ],
    action: 'Anmelden',
    notes: ['Sie erhalten diese E-Mail, wenn jemand anders die Löschung Ihres Kontos abbricht.'],
  },
});
