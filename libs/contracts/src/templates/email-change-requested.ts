import { defineTemplate } from '../define-template.js';

export const emailChangeRequested = defineTemplate('email-change-requested', {
  en: {
    subject: 'Your account is about to get another email address',
    preheader: "If that was you, there's nothing to do.",
    heading: 'Your account is about to get another address',
    paragraphs: [
      "Someone asked to replace the email address of your account. We've sent a link to the new one. If that was you, there's nothing to do here.",
      'If not, someone else has access to your account. Take it back with this link: it cancels the request, signs out all devices, and lets you choose a new password.',
    ],
    action: "That wasn't me",
    notes: ['The link is valid for 72 hours.'],
  },
  de: {
    subject: 'Ihr Konto soll eine andere E-Mail-Adresse bekommen',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ihr Konto soll eine andere Adresse bekommen',
    paragraphs: [
      'Jemand möchte die E-Mail-Adresse Ihres Kontos ändern. Wir haben einen Link an die neue Adresse geschickt. Wenn Sie das waren, müssen Sie hier nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Holen Sie es sich mit diesem Link zurück: Die Anfrage wird verworfen, alle Geräte werden abgemeldet, und Sie wählen ein neues Passwort.',
    ],
    action: 'Das war ich nicht',
    notes: ['Der Link ist 72 Stunden gültig.'],
  },
});
