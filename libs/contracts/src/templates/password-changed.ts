import { defineTemplate } from '../define-template.js';

export const passwordChanged = defineTemplate('password-changed', {
  en: {
    subject: 'Your password was changed',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'Your password was changed',
    paragraphs: [
      "The password of your account was just changed, and other devices were signed out. If that was you, you don't need to do anything.",
      "If not, someone else may know your password or be reading your email. Lock them out with this link: all devices are signed out, and your password is removed. We'll then send you a link to choose a new one. Change your email password, too.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever your password changes.',
    ],
  },
  de: {
    subject: 'Ihr Passwort wurde geändert',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ihr Passwort wurde geändert',
    paragraphs: [
      'Das Passwort Ihres Kontos wurde gerade geändert, und andere Geräte wurden abgemeldet. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, kennt vielleicht jemand anderes Ihr Passwort oder liest Ihre E-Mails. Sperren Sie die Person mit diesem Link aus: Alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen. Ändern Sie auch das Passwort Ihres E-Mail-Kontos.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail bei jeder Änderung Ihres Passworts.',
    ],
  },
});
