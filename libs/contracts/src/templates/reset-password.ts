import { defineTemplate } from '../define-template.js';

export const resetPassword = defineTemplate('reset-password', {
  en: {
    subject: 'Reset your password',
    preheader: 'Choose a new password. The link is valid for 30 minutes.',
    heading: 'Reset your password',
    paragraphs: [
      'Someone, probably you, asked for a new password for your account. Use this link to choose one. Choosing a new password signs you out on all devices.',
    ],
    action: 'Choose a new password',
    notes: [
      'The link is valid for 30 minutes and works only once.',
      'Not you? Just ignore this email; your password stays the same. Never give the link to anyone.',
    ],
  },
  de: {
    subject: 'Setzen Sie Ihr Passwort zurück',
    preheader: 'Wählen Sie ein neues Passwort. Der Link ist 30 Minuten gültig.',
    heading: 'Setzen Sie Ihr Passwort zurück',
    paragraphs: [
      'Jemand – vermutlich Sie selbst – hat ein neues Passwort für Ihr Konto angefordert. Mit diesem Link können Sie eines wählen. Dabei werden Sie auf allen Geräten abgemeldet.',
    ],
    action: 'Neues Passwort wählen',
    notes: [
      'Der Link ist 30 Minuten gültig und funktioniert nur einmal.',
      'Das waren nicht Sie? Dann ignorieren Sie diese E-Mail einfach. Ihr Passwort bleibt, wie es ist. Geben Sie den Link nie weiter.',
    ],
  },
});
