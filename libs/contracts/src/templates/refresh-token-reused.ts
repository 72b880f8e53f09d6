import { defineTemplate } from '../define-template.js';

export const refreshTokenReused = defineTemplate('refresh-token-reused', {
  en: {
    subject: 'We ended one of your sessions',
    preheader: 'It was used on two devices, so it may have been copied.',
    heading: 'We ended one of your sessions',
    paragraphs: [
      'The same session was just used on two devices, so it may have been copied. We ended it on both of them. Your other devices stay signed in.',
      "If you restored a backup or moved an app to another device, that's the reason, and you just need to sign in again. If not, someone else may have had access to your account. Check your device for malware, and choose a new password, which signs out all devices.",
    ],
    action: 'Choose a new password',
    notes: ['You get this email when the same session is used on two devices.'],
  },
  de: {
    subject: 'Wir haben eine Ihrer Sitzungen beendet',
    preheader: 'Sie wurde auf zwei Geräten benutzt und vielleicht kopiert.',
    heading: 'Wir haben eine Ihrer Sitzungen beendet',
    paragraphs: [
      'Dieselbe Sitzung wurde gerade auf zwei Geräten benutzt und vielleicht kopiert. Deshalb haben wir sie auf beiden beendet. Ihre anderen Geräte bleiben angemeldet.',
      'Wenn Sie ein Backup wiederhergestellt oder eine App auf ein anderes Gerät übertragen haben, lag es daran, und Sie müssen sich nur neu anmelden. Wenn nicht, hatte vielleicht jemand anderes Zugang zu Ihrem Konto. Prüfen Sie Ihr Gerät auf Schadsoftware und wählen Sie ein neues Passwort. Dabei werden alle Geräte abgemeldet.',
    ],
    action: 'Neues Passwort wählen',
    notes: ['Sie erhalten diese E-Mail, wenn dieselbe Sitzung auf zwei Geräten benutzt wird.'],
  },
});
