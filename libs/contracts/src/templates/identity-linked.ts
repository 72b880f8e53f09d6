import { defineTemplate } from '../define-template.js';

export const identityLinked = defineTemplate('identity-linked', {
  en: {
    subject: 'A new way to sign in to your account',
    preheader: "If that was you, there's nothing to do.",
    heading: 'A new way to sign in to your account',
    paragraphs: [
      "An account at another service was just linked to your account, so you can now sign in with it. If that was you, there's nothing to do.",
      'If not, someone else may use your account. Choose a new password at once, which signs everyone out, and unlink the service in the settings of your account.',
    ],
    action: "That wasn't me",
    notes: ['You get this email whenever another service is linked to your account.'],
  },
  de: {
    subject: 'Eine neue Möglichkeit, sich anzumelden',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Eine neue Möglichkeit, sich anzumelden',
    paragraphs: [
      'Ein Konto bei einem anderen Dienst wurde gerade mit Ihrem Konto verknüpft. Sie können sich nun damit anmelden. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, nutzt vielleicht jemand anderes Ihr Konto. Wählen Sie sofort ein neues Passwort, damit werden alle abgemeldet, und lösen Sie die Verknüpfung in den Einstellungen Ihres Kontos.',
    ],
    action: 'Das war ich nicht',
    notes: ['Sie erhalten diese E-Mail jedes Mal, wenn ein anderer Dienst mit Ihrem Konto verknüpft wird.'],
  },
});
