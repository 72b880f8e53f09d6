import { Headers } from '@nestjs/common';
import { FormPage, ShowsForms } from '../pages/form.page.js';
import { notMePage, notMeScript, type NotMeTexts } from '../pages/not-me.page.js';

const SCRIPT = notMeScript('v2/auth/changes/undo');

const ENGLISH: NotMeTexts = {
  title: "That wasn't me",
  lead:
    'Click the button to undo the change in the email and remove every sign-in method added since then. This also ' +
    "signs out all devices and removes your password. We'll send you a link to choose a new one.",
  button: 'Undo the change',
  says: {
    done:
      "The change has been undone, and all devices have been signed out. We've sent you an email with a link " +
      "to choose a new password. If the email doesn't arrive or the link has expired, get a new one below.",
    invalid:
      "This link isn't valid, or it has expired. You can still choose a new password, which signs out all " +
      "devices. Then remove anything in your account that isn't yours.",
  },
};
const GERMAN: NotMeTexts = {
  title: 'Das war ich nicht',
  lead:
    'Mit einem Klick machen Sie die Änderung aus der E-Mail rückgängig und entfernen alle Anmeldemethoden, ' +
    'die seitdem dazugekommen sind. Dabei werden auch alle Geräte abgemeldet, und Ihr Passwort wird ' +
    'entfernt. Wir senden Ihnen einen Link, mit dem Sie ein neues wählen.',
  button: 'Änderung rückgängig machen',
  says: {
    done:
      'Die Änderung wurde rückgängig gemacht, und alle Geräte sind abgemeldet. Wir haben Ihnen eine E-Mail mit ' +
      'einem Link gesendet, mit dem Sie ein neues Passwort wählen. Falls die E-Mail nicht ankommt oder der ' +
      'Link abgelaufen ist, fordern Sie unten einen neuen an.',
    invalid:
      'Dieser Link ist nicht oder nicht mehr gültig. Sie können weiterhin ein neues Passwort wählen. Dabei ' +
      'werden alle Geräte abgemeldet. Entfernen Sie dann in Ihrem Konto, was nicht von Ihnen stammt.',
  },
};

/** The page behind the links in the mails about changes to how someone signs in, for products without their own. */
@FormPage('undo-change')
export class UndoChangePage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return notMePage(languages, { en: ENGLISH, de: GERMAN }, SCRIPT);
  }
}
