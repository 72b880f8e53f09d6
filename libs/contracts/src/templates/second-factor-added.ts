import { defineTemplate } from '../define-template.js';

export const secondFactorAdded = defineTemplate('second-factor-added', {
  en: {
    subject: 'A second factor was added to your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A second factor was added',
    paragraphs: [
      'From now on, signing in to your account also requires a code from an authenticator app. If that was you, just keep your recovery codes in a safe place.',
      "If not, someone else has access to your account. Undo the change with this link: the authenticator app is removed, all devices are signed out, and your password is removed. We'll then send you a link to choose a new one.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a second factor is added.',
    ],
  },
  de: {
    subject: 'Ihr Konto hat jetzt einen zweiten Faktor',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein zweiter Faktor wurde eingerichtet',
    paragraphs: [
      'Ab jetzt brauchen Sie zum Anmelden auch einen Code aus einer Authenticator-App. Wenn Sie das waren, bewahren Sie einfach Ihre Wiederherstellungscodes sicher auf.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Machen Sie die Änderung mit diesem Link rückgängig: Die Authenticator-App wird entfernt, alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein zweiter Faktor eingerichtet wird.',
    ],
  },
});
