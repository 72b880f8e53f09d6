import { defineTemplate } from '../define-template.js';

export const refreshTokenReused = defineTemplate('refresh-token-reused', {
  en: {
    subject: 'We signed out one of your devices',
    preheader: 'Someone may have copied what keeps it signed in.',
    heading: 'We signed out one of your devices',
    paragraphs: [
      'Two devices just used the same sign-in to your account. One of them may have copied it from the other, so we signed both out. Your other devices stay signed in.',
      'If you restored a device from a backup, or moved an app to a new one, that was the reason, and you only have to sign in again. If not, someone else may have had access to your account. Check that device for malware, and choose a new password, which signs out all devices.',
    ],
    action: 'Choose a new password',
    notes: ['You get this email when two devices use the same sign-in.'],
  },
  de: {
    subject: 'Wir haben eines Ihrer Geräte abgemeldet',
    preheader: 'Vielleicht hat jemand kopiert, womit es angemeldet bleibt.',
    heading: 'Wir haben eines Ihrer Geräte abgemeldet',
    paragraphs: [
      'Zwei Geräte haben gerade dieselbe Anmeldung bei Ihrem Konto benutzt. Vielleicht hat eines sie vom anderen kopiert. Deshalb haben wir beide abgemeldet. Ihre anderen Geräte bleiben angemeldet.',
      'Wenn Sie ein Gerät aus einem Backup wiederhergestellt oder eine App auf ein neues übertragen haben, lag es daran, und Sie müssen sich nur neu anmelden. Wenn nicht, hatte vielleicht jemand anderes Zugang zu Ihrem Konto. Prüfen Sie das Gerät auf Schadsoftware und wählen Sie ein neues Passwort. Das meldet alle Geräte ab.',
    ],
    action: 'Neues Passwort wählen',
    notes: ['Sie erhalten diese E-Mail, wenn zwei Geräte dieselbe Anmeldung verwenden.'],
  },
});
