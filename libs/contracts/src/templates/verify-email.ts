import { defineTemplate } from '../define-template.js';

export const verifyEmail = defineTemplate('verify-email', {
  en: {
    subject: 'Confirm your email address',
    preheader: 'It only takes one click. The link is valid for 24 hours.',
    heading: 'Confirm your email address',
    paragraphs: [
      'Thanks for signing up. Please confirm that this email address is yours, so that we can reach you and you can always get back into your account.',
    ],
    action: 'Confirm email address',
    notes: [
      'The link is valid for 24 hours.',
      "Didn't sign up? Follow the link and choose “I didn't sign up”, and we'll remove the account. Or just ignore this email; the address won't be confirmed.",
    ],
  },
  de: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    preheader: 'Ein Klick genügt. Der Link ist 24 Stunden gültig.',
    heading: 'Bestätigen Sie Ihre E-Mail-Adresse',
    paragraphs: [
      'Vielen Dank für Ihre Registrierung. Bitte bestätigen Sie, dass diese E-Mail-Adresse Ihnen gehört. So können wir Sie erreichen, und Sie kommen jederzeit wieder in Ihr Konto.',
    ],
    action: 'E-Mail-Adresse bestätigen',
    notes: [
      'Der Link ist 24 Stunden gültig.',
      'Sie haben sich nicht registriert? Folgen Sie dem Link und wählen Sie „Ich habe mich nicht registriert“, dann entfernen wir das Konto. Oder ignorieren Sie diese E-Mail einfach. Die Adresse wird nicht bestätigt.',
    ],
  },
});
