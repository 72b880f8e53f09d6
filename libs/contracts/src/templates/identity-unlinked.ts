import { defineTemplate } from '../define-template.js';

export const identityUnlinked = defineTemplate('identity-unlinked', {
  en: {
    subject: 'A service was unlinked from your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A service was unlinked',
    paragraphs: [
      "An account at another service was just unlinked from your account, so you can no longer sign in with it. If that was you, you don't need to do anything.",
      "If not, someone else has access to your account. Lock them out with this link: all devices are signed out, and your password is removed. We'll then send you a link to choose a new one. You can then link the service again.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a service is unlinked from your account.',
    ],
  },
  de: {
    subject: 'Ein Dienst wurde von Ihrem Konto getrennt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Dienst wurde getrennt',
    paragraphs: [
      'Ein Konto bei einem anderen Dienst wurde gerade von Ihrem Konto getrennt. Sie können sich nun nicht mehr damit anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Sperren Sie die Person mit diesem Link aus: Alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen. Danach können Sie den Dienst wieder verknüpfen.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein Dienst von Ihrem Konto getrennt wird.',
    ],
  },
});
