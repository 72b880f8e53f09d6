import { defineTemplate } from '../define-template.js';

export const identityLinked = defineTemplate('identity-linked', {
  en: {
    subject: 'A new way to sign in to your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A new way to sign in to your account',
    paragraphs: [
      "An account at another service was just linked to your account, so you can now sign in with it. If that was you, you don't need to do anything.",
      "If not, someone else may be using your account. Undo the change with this link: the service is unlinked, all devices are signed out, and your password is removed. We'll then send you a link to choose a new one.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a service is linked to your account.',
    ],
  },
  de: {
    subject: 'Eine neue Möglichkeit, sich anzumelden',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Eine neue Möglichkeit, sich anzumelden',
    paragraphs: [
      'Ein Konto bei einem anderen Dienst wurde gerade mit Ihrem Konto verknüpft. Sie können sich nun damit anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, nutzt vielleicht jemand anderes Ihr Konto. Machen Sie die Änderung mit diesem Link rückgängig: Die Verknüpfung wird gelöst, alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein Dienst mit Ihrem Konto verknüpft wird.',
    ],
  },
});
