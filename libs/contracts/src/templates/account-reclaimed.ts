import { defineTemplate } from '../define-template.js';

export const accountReclaimed = defineTemplate('account-reclaimed', {
  en: {
    subject: 'Choose a new password for your account',
    preheader: 'All devices are signed out. The link is valid for 30 minutes.',
    heading: 'Choose a new password',
    paragraphs: [
      "You told us that a change to your account wasn't yours. We've signed out all devices and removed your password, because someone else may know it.",
      "Use this link to choose a new one that you don't use anywhere else. If someone else may be reading your email, change your email password, too. Then " +
        'check the passkeys and authenticator apps in your account.',
    ],
    action: 'Choose a new password',
    notes: [
      'The link is valid for 30 minutes and works only once. After that, the page it opens lets you request a new one.',
      'Never give the link to anyone.',
    ],
  },
  de: {
    subject: 'Wählen Sie ein neues Passwort für Ihr Konto',
    preheader: 'Alle Geräte sind abgemeldet. Der Link ist 30 Minuten gültig.',
    heading: 'Neues Passwort wählen',
    paragraphs: [
      'Sie haben uns mitgeteilt, dass eine Änderung an Ihrem Konto nicht von Ihnen stammt. Wir haben alle Geräte abgemeldet und Ihr Passwort entfernt, denn vielleicht kennt es jemand anderes.',
      'Wählen Sie mit diesem Link ein neues, das Sie sonst nirgends verwenden. Ändern Sie auch das Passwort Ihres E-Mail-Kontos, falls jemand anderes Ihre E-Mails lesen könnte. Prüfen Sie dann die Passkeys und Apps in Ihrem Konto.',
    ],
    action: 'Neues Passwort wählen',
    notes: [
      'Der Link ist 30 Minuten gültig und funktioniert nur einmal. Danach können Sie auf der Seite, die er öffnet, einen neuen anfordern.',
      'Geben Sie den Link nie weiter.',
    ],
  },
});
