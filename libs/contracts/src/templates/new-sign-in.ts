import { defineTemplate } from '../define-template.js';

export const newSignIn = defineTemplate('new-sign-in', {
  en: {
    subject: 'New sign-in to your account',
    preheader: "Someone signed in on a new device. If that was you, you don't need to do anything.",
    heading: 'New sign-in to your account',
    paragraphs: [
      "Someone, probably you, just signed in to your account on a device that we haven't seen before. If that was you, you don't need to do anything.",
      'If not, sign that device out with this link. Then choose a new password: someone may know yours or be reading your email.',
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours and only signs out that device.',
      'You get this email when you sign in on a new device, or in a browser whose cookies were cleared.',
    ],
  },
  de: {
    subject: 'Neue Anmeldung in Ihrem Konto',
    preheader: 'Jemand hat sich auf einem neuen Gerät angemeldet. Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Neue Anmeldung in Ihrem Konto',
    paragraphs: [
      'Jemand – vermutlich Sie selbst – hat sich gerade auf einem Gerät, das wir noch nicht kennen, in Ihrem Konto angemeldet. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, melden Sie das Gerät mit diesem Link ab. Wählen Sie dann ein neues Passwort, denn vielleicht kennt jemand Ihr bisheriges oder liest Ihre E-Mails.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig und meldet nur dieses Gerät ab.',
      'Sie erhalten diese E-Mail, wenn Sie sich auf einem neuen Gerät anmelden oder in einem Browser, dessen Cookies gelöscht wurden.',
    ],
  },
});
