import { defineTemplate } from '../define-template.js';

export const emailChangeRequested = defineTemplate('email-change-requested', {
  en: {
    subject: 'Someone asked to change your email address',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'Someone asked to change your email address',
    paragraphs: [
      "We've sent a confirmation link to the new address. Your account keeps this address until the new one is confirmed. If that was you, you don't need to do anything here.",
      'If not, someone else has access to your account. Take it back with this link: it cancels the request, signs out all devices, and lets you choose a new password.',
    ],
    action: "That wasn't me",
    notes: ['The link is valid for 72 hours.'],
  },
  de: {
    subject: 'Jemand möchte Ihre E-Mail-Adresse ändern',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Jemand möchte Ihre E-Mail-Adresse ändern',
    paragraphs: [
      'Wir haben einen Bestätigungslink an die neue Adresse gesendet. Bis sie bestätigt wird, behält Ihr Konto diese Adresse. Wenn Sie das waren, müssen Sie hier nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Holen Sie es sich mit diesem Link zurück: Die Anfrage wird verworfen, alle Geräte werden abgemeldet, und Sie können ein neues Passwort wählen.',
    ],
    action: 'Das war ich nicht',
    notes: ['Der Link ist 72 Stunden gültig.'],
  },
});
