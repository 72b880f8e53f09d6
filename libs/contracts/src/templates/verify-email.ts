import { defineTemplate } from '../define-template.js';

export const verifyEmail = defineTemplate('verify-email', {
  en: {
    subject: 'Confirm your e-mail address',
    preheader: 'One click, and your address is confirmed. The link is valid for 24 hours.',
    heading: 'Confirm your e-mail address',
    paragraphs: [
      'Thank you for signing up. Please confirm that this address is yours, so that we can reach you and you can get back into your account.',
    ],
    action: 'Confirm address',
    fallback: 'If the button does not work, copy this address into your browser:',
    notes: [
      'The link is valid for 24 hours.',
      'You did not sign up? Then ignore this mail; without your confirmation the address counts as unconfirmed.',
    ],
    sentBy: 'Sent by',
  },
  de: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    preheader: 'Ein Klick, und Ihre Adresse ist bestätigt. Der Link gilt 24 Stunden.',
    heading: 'Bestätigen Sie Ihre E-Mail-Adresse',
    paragraphs: [
      'Danke für Ihre Anmeldung. Bitte bestätigen Sie, dass diese Adresse Ihnen gehört, damit wir Sie erreichen und Sie wieder in Ihr Konto kommen können.',
    ],
    action: 'Adresse bestätigen',
    fallback: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    notes: [
      'Der Link gilt 24 Stunden.',
      'Sie haben sich nicht angemeldet? Dann ignorieren Sie diese Mail; ohne Ihre Bestätigung gilt die Adresse als unbestätigt.',
    ],
    sentBy: 'Gesendet von',
  },
});
