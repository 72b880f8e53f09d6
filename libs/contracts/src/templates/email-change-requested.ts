import { defineTemplate } from '../define-template.js';

export const emailChangeRequested = defineTemplate('email-change-requested', {
  en: {
    subject: 'Someone asked to change your email address',
    preheader: "If that was you, there's nothing to do.",
    heading: 'Someone asked to change your email address',
    paragraphs: [
      "We've sent a link to the new address. Your account keeps this one until someone follows it. If that was you, there's nothing to do here.",
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
      'Wir haben einen Link an die neue Adresse geschickt. Ihr Konto behält diese, bis jemand ihm folgt. Wenn Sie das waren, müssen Sie hier nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Holen Sie es sich mit diesem Link zurück: Die Anfrage wird verworfen, alle Geräte werden abgemeldet, und Sie wählen ein neues Passwort.',
    ],
    action: 'Das war ich nicht',
    notes: ['Der Link ist 72 Stunden gültig.'],
  },
});
