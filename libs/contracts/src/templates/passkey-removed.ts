import { defineTemplate } from '../define-template.js';

export const passkeyRemoved = defineTemplate('passkey-removed', {
  en: {
    subject: 'A passkey was removed from your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A passkey was removed',
    paragraphs: [
      "One of your passkeys can no longer be used to sign in to your account. If that was you, you don't need to do anything.",
      "If not, someone else has access to your account. Lock them out with this link: all devices are signed out, and your password is removed. We'll then send you a link to choose a new one. The passkey can't be restored.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a passkey is removed.',
    ],
  },
  de: {
    subject: 'Ein Passkey wurde aus Ihrem Konto entfernt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Passkey wurde entfernt',
    paragraphs: [
      'Mit einem Ihrer Passkeys kann man sich nicht mehr anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Sperren Sie die Person mit diesem Link aus: Alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen. Der Passkey lässt sich nicht wiederherstellen.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein Passkey entfernt wird.',
    ],
  },
});
