import { defineTemplate } from '../define-template.js';

export const secondFactorRemoved = defineTemplate('second-factor-removed', {
  en: {
    subject: 'A second factor was removed from your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A second factor was removed',
    paragraphs: [
      "The authenticator app of your account was removed, so signing in no longer requires a code from it. If that was you, you don't need to do anything.",
      "If not, someone else has access to your account. Lock them out with this link: all devices are signed out, and your password is removed. We'll then send you a link to choose a new one. Then set up your app again.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a second factor is removed.',
    ],
  },
  de: {
    subject: 'Ein zweiter Faktor wurde aus Ihrem Konto entfernt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein zweiter Faktor wurde entfernt',
    paragraphs: [
      'Die Authenticator-App Ihres Kontos wurde entfernt. Zum Anmelden brauchen Sie daher keinen Code mehr. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Sperren Sie die Person mit diesem Link aus: Alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen. Richten Sie danach Ihre App wieder ein.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein zweiter Faktor entfernt wird.',
    ],
  },
});
