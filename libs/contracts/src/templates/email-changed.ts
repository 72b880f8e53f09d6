import { defineTemplate } from '../define-template.js';

export const emailChanged = defineTemplate('email-changed', {
  en: {
    subject: 'Your email address was changed',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'Your email address was changed',
    paragraphs: [
      "Your account now has a new email address, so this one is no longer in use. If that was you, you don't need to do anything.",
      'If not, take your account back with this link: it restores this address, signs out all devices, and lets you choose a new password.',
    ],
    action: "That wasn't me",
    notes: ['The link is valid for 72 hours. After that, the change is final.'],
  },
  de: {
    subject: 'Ihre E-Mail-Adresse wurde geändert',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ihre E-Mail-Adresse wurde geändert',
    paragraphs: [
      'Ihr Konto hat jetzt eine neue E-Mail-Adresse. Diese hier wird nicht mehr verwendet. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, holen Sie sich Ihr Konto mit diesem Link zurück: Diese Adresse gilt dann wieder, alle Geräte werden abgemeldet, und Sie können ein neues Passwort wählen.',
    ],
    action: 'Das war ich nicht',
    notes: ['Der Link ist 72 Stunden gültig. Danach ist die Änderung endgültig.'],
  },
});
