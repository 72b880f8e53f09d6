import { defineTemplate } from '../define-template.js';

export const recoveryCodesReplaced = defineTemplate('recovery-codes-replaced', {
  en: {
    subject: 'Your recovery codes were replaced',
    preheader: "If that was you, you don't need to do anything.",
    heading: 'Your recovery codes were replaced',
    paragraphs: [
      "New recovery codes were created for your account, so the previous ones no longer work. If that was you, you don't need to do anything.",
      "If not, someone else has access to your account. Undo the change with this link: the new codes are removed, all devices are signed out, and your password is removed. We'll then send you a link to choose a new one. After that, create new recovery codes.",
    ],
    action: "That wasn't me",
    notes: [
      'The link is valid for 72 hours. It also removes anything that was added after this change, so that no one else keeps access.',
      'You get this email whenever recovery codes are created.',
    ],
  },
  de: {
    subject: 'Ihre Wiederherstellungscodes wurden ersetzt',
    preheader: 'Wenn Sie das waren, müssen Sie nichts tun.',
    heading: 'Ihre Wiederherstellungscodes wurden ersetzt',
    paragraphs: [
      'Für Ihr Konto wurden neue Wiederherstellungscodes erstellt. Die bisherigen funktionieren damit nicht mehr. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, hat jemand anderes Zugang zu Ihrem Konto. Machen Sie die Änderung mit diesem Link rückgängig: Die neuen Codes werden entfernt, alle Geräte werden abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen dann einen Link, mit dem Sie ein neues wählen. Erstellen Sie danach neue Wiederherstellungscodes.',
    ],
    action: 'Das war ich nicht',
    notes: [
      'Der Link ist 72 Stunden gültig. Er entfernt auch, was nach dieser Änderung dazugekommen ist, damit niemand sonst Zugriff behält.',
      'Sie erhalten diese E-Mail, wenn Wiederherstellungscodes erstellt werden.',
    ],
  },
});
