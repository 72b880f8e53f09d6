import { defineTemplate } from '../define-template.js';

export const recoveryCodeUsed = defineTemplate('recovery-code-used', {
  en: {
    subject: 'A recovery code was used',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'A recovery code was used',
    paragraphs: [
      "Someone used one of your recovery codes instead of your second factor. If that was you, you don't need to do anything. The code can't be used again, so create new ones before you run out.",
      "If not, someone else has your recovery codes. Lock them out with this link: all devices are signed out, and your password is removed. We'll then send you a link to choose a new one. After that, create new recovery codes.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever a recovery code is used.',
    ],
  },
  de: {
    subject: 'Ein Wiederherstellungscode wurde benutzt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ein Wiederherstellungscode wurde benutzt',
    paragraphs: [
      'Jemand hat einen Ihrer Wiederherstellungscodes statt Ihres zweiten Faktors benutzt. Wenn Sie das waren, müssen Sie nichts tun. Der Code kann nicht noch einmal benutzt werden. Erstellen Sie neue, bevor Ihnen die Codes ausgehen.',
      'Wenn nicht, kennt jemand anderes Ihre Wiederherstellungscodes. Sperren Sie die Person mit diesem Link aus: Alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen. Erstellen Sie danach neue Wiederherstellungscodes.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn ein Wiederherstellungscode benutzt wird.',
    ],
  },
});
