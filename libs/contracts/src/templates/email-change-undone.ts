import { defineTemplate } from '../define-template.js';

export const emailChangeUndone = defineTemplate('email-change-undone', {
  en: {
    subject: 'This is no longer the email address of your account',
    preheader: 'The owner of the earlier address has undone the change.',
    heading: 'The change of your address was undone',
    paragraphs: [
      'The owner of the earlier address of your account said that the change to this one was not theirs. The account has its earlier address again.',
      'If you made the change, and no longer get the mail to the earlier address, someone else may be reading it. Ask us for help.',
    ],
    action: 'Go to the sign-in page',
    notes: [],
  },
  de: {
    subject: 'Dies ist nicht mehr die E-Mail-Adresse Ihres Kontos',
    preheader: 'Unter der früheren Adresse wurde die Änderung rückgängig gemacht.',
    heading: 'Die Änderung Ihrer Adresse ist rückgängig gemacht',
    paragraphs: [
      'Wer die E-Mails an die frühere Adresse Ihres Kontos liest, hat gesagt, dass die Änderung zu dieser nicht gewollt war. Das Konto hat wieder die frühere Adresse.',
      'Wenn Sie die Änderung gemacht haben und die E-Mails an die frühere Adresse nicht mehr bekommen, liest sie vielleicht jemand anderes. Bitten Sie uns um Hilfe.',
    ],
    action: 'Zur Anmeldung',
    notes: [],
  },
});
