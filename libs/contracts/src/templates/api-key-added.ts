import { defineTemplate } from '../define-template.js';

export const apiKeyAdded = defineTemplate('api-key-added', {
  en: {
    subject: 'An API key was added to your account',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'An API key was added',
    paragraphs: [
      "An API key was just added. Anyone who has it can act on your behalf, within its permissions. If that was you, you don't need to do anything.",
      "If not, someone else has access to your account. Undo the change with this link: the key is revoked, all devices are signed out, and your password is removed. We'll then send you a link to choose a new one.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever an API key is added.',
    ],
  },
  de: {
    subject: 'Ihr Konto hat einen neuen API-Schlüssel',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein API-Schlüssel wurde hinzugefügt',
    paragraphs: [
      'Wer diesen API-Schlüssel hat, kann im Rahmen der Berechtigungen des Schlüssels in Ihrem Namen handeln. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Machen Sie die Änderung mit diesem Link rückgängig: Der Schlüssel wird gesperrt, alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein API-Schlüssel hinzugefügt wird.',
    ],
  },
});
