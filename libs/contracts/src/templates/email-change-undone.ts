import { defineTemplate } from '../define-template.js';

export const emailChangeUndone = defineTemplate('email-change-undone', {
  en: {
    subject: 'This is no longer the email address of your account',
    preheader: 'Your account has its earlier address again.',
    heading: 'Your account has its earlier address again',
    paragraphs: [
      'The earlier email address of your account was restored: someone with access to that mailbox undid the change, or changed it back. This address is no longer in use.',
      "If that wasn't you, someone else may be reading the mail to the earlier address. Please contact us.",
    ],
    action: 'Go to the sign-in page',
    notes: [],
  },
  de: {
    subject: 'Dies ist nicht mehr die E-Mail-Adresse Ihres Kontos',
    preheader: 'Ihr Konto hat wieder die frühere Adresse.',
    heading: 'Ihr Konto hat wieder die frühere Adresse',
    paragraphs: [
      'Ihr Konto hat wieder die frühere E-Mail-Adresse: Jemand, der die E-Mails an sie liest, hat die Änderung rückgängig gemacht oder sie zurückgeändert. Diese Adresse wird nicht mehr verwendet.',
      'Wenn Sie das nicht waren, liest vielleicht jemand anderes die E-Mails an die frühere Adresse. Bitten Sie uns um Hilfe.',
    ],
    action: 'Zur Anmeldung',
    notes: [],
  },
});
