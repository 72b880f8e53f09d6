import { defineTemplate } from '../define-template.js';

export const deletionRequested = defineTemplate('deletion-requested', {
  en: {
    subject: 'Your account will be deleted',
    preheader: 'You can still sign in and cancel.',
    heading: 'Your account will be deleted',
    paragraphs: [
      'You asked us to delete your account. We signed you out on all devices, and will delete the account and all of its data at the time below.',
      "Changed your mind? Until then, you can sign in and cancel. After that, we can't restore the account.",
    ],
    action: 'Sign in',
    notes: [
      'Not you? Sign in, cancel the deletion, and choose a new password.',
      'You get this email when someone asks to delete your account.',
    ],
  },
  de: {
    subject: 'Ihr Konto wird gelöscht',
    preheader: 'Bis dahin können Sie sich anmelden und die Löschung abbrechen.',
    heading: 'Ihr Konto wird gelöscht',
    paragraphs: [
      'Sie haben uns gebeten, Ihr Konto zu löschen. Wir haben Sie auf allen Geräten abgemeldet und löschen das Konto mit allen Daten zum unten genannten Zeitpunkt.',
      'Sie haben es sich anders überlegt? Bis dahin können Sie sich anmelden und die Löschung abbrechen. Danach können wir das Konto nicht wiederherstellen.',
    ],
    action: 'Anmelden',
    notes: [
      'Das waren nicht Sie? Dann melden Sie sich an, brechen Sie die Löschung ab und wählen Sie ein neues Passwort.',
      'Sie erhalten diese E-Mail, wenn jemand darum bittet, Ihr Konto zu löschen.',
    ],
  },
});
