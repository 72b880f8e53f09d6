import { defineTemplate } from '../define-template.js';

export const passwordChanged = defineTemplate('password-changed', {
  en: {
    subject: 'Your password was changed',
    preheader: "If that was you, there's nothing to do.",
    heading: 'Your password was changed',
    paragraphs: [
      "The password of your account was just changed, and other devices were signed out. If that was you, there's nothing to do.",
      'If not, someone else may know your password or read your email. Choose a new password at once, and one for your mailbox, too.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever your password changes.'],
  },
  de: {
    subject: 'Ihr Passwort wurde geändert',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ihr Passwort wurde geändert',
    paragraphs: [
      'Das Passwort Ihres Kontos wurde gerade geändert, und andere Geräte wurden abgemeldet. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, kennt vielleicht jemand anderes Ihr Passwort oder liest Ihre E-Mails. Wählen Sie sofort ein neues Passwort, und auch eines für Ihr Postfach.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail bei jeder Änderung Ihres Passworts.'],
  },
});
