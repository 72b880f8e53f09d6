import { defineTemplate } from '../define-template.js';

export const passkeyAdded = defineTemplate('passkey-added', {
  en: {
    subject: 'A passkey was added to your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A passkey was added',
    paragraphs: [
      "A passkey was just added. You can now use it to sign in to your account. If that was you, you don't need to do anything.",
      "If not, someone else has access to your account. Undo the change with this link: the passkey is removed, all devices are signed out, and your password is removed. We'll then send you a link to choose a new one.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a passkey is added.',
    ],
  },
  de: {
    subject: 'Ihr Konto hat einen neuen Passkey',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Passkey wurde hinzugefügt',
    paragraphs: [
      'Ab jetzt können Sie sich mit diesem Passkey anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Machen Sie die Änderung mit diesem Link rückgängig: Der Passkey wird entfernt, alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein Passkey hinzugefügt wird.',
    ],
  },
});
