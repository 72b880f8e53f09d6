import { defineTemplate } from '../define-template.js';

export const confirmEmailChange = defineTemplate('confirm-email-change', {
  en: {
    subject: 'Confirm your new email address',
    preheader: 'Confirm it to use this address for your account.',
    heading: 'Confirm your new email address',
    paragraphs: [
      "Someone asked to change their account's email address to this one. If that was you, confirm the change.",
      "If it wasn't you, don't confirm. Your address would belong to someone else's account, and they could still sign in to it.",
    ],
    action: 'Confirm',
    notes: [
      'The link is valid for one hour.',
      "Not you? You can tell us on the page that the link opens. You don't have to do that to create an account of your own.",
    ],
  },
  de: {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    preheader: 'Danach gehört diese Adresse zu Ihrem Konto.',
    heading: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    paragraphs: [
      'Jemand möchte die E-Mail-Adresse eines bestehenden Kontos auf diese Adresse ändern. Wenn Sie das waren, bestätigen Sie die Änderung.',
      'Wenn nicht, dann bestätigen Sie nichts: Sonst gehört Ihre Adresse zu einem fremden Konto, in dem sich dessen Besitzer weiterhin anmelden kann.',
    ],
    action: 'Bestätigen',
    notes: [
      'Der Link ist eine Stunde gültig.',
      'Das waren nicht Sie? Auf der Seite, die der Link öffnet, können Sie uns das mitteilen. Um ein eigenes Konto anzulegen, müssen Sie das nicht tun.',
    ],
  },
});
