import { defineTemplate } from '../define-template.js';

export const emailChangeUndone = defineTemplate('email-change-undone', {
  en: {
    subject: "This is no longer your account's email address",
    preheader: 'Your account has its previous email address again.',
    heading: 'Your account has its previous email address again',
    paragraphs: [
      "Your account's previous email address was restored: someone with access to that mailbox undid the change, or changed the address back. This address is no longer in use.",
      "If that wasn't you, someone else may be reading the emails sent to the previous address. Please contact us.",
    ],
    action: 'Go to the sign-in page',
    notes: [],
  },
  de: {
    subject: 'Dies ist nicht mehr die E-Mail-Adresse Ihres Kontos',
    preheader: 'Ihr Konto hat wieder die frühere Adresse.',
    heading: 'Ihr Konto hat wieder die frühere Adresse',
    paragraphs: [
      'Ihr Konto hat wieder die frühere E-Mail-Adresse: Jemand mit Zugriff auf das frühere Postfach hat die Änderung rückgängig gemacht oder die Adresse zurückgeändert. Diese Adresse hier wird nicht mehr verwendet.',
      'Wenn Sie das nicht waren, liest vielleicht jemand anderes die E-Mails an die frühere Adresse. Bitte wenden Sie sich an uns.',
    ],
    action: 'Zur Anmeldung',
    notes: [],
  },
});
