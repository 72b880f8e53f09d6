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
      'The change is undone, and all devices are signed out. We have sent you an email with a link to choose a new ' +
      "password. If it doesn't arrive or has expired, get another one below.",
    invalid:
      "This link isn't valid, or it has expired. You can still choose a new password, which signs out all devices. Then remove " +
      "what isn't yours in your account.",
  },
};
const GERMAN: NotMeTexts = {
  title: 'Das war ich nicht',
  lead:
    'Machen Sie die Änderung aus der E-Mail mit einem Klick rückgängig, und alles, was seitdem zum Anmelden dazugekommen ist. Dabei ' +
    'werden auch alle Geräte abgemeldet, und Ihr Passwort wird entfernt. Wir senden Ihnen einen Link, mit dem Sie ein neues wählen.',
  button: 'Änderung rückgängig machen',
  says: {
    done:
      'Die Änderung ist rückgängig gemacht, und alle Geräte sind abgemeldet. Wir haben Ihnen eine E-Mail mit einem ' +
      'Link gesendet, mit dem Sie ein neues Passwort wählen. Falls sie nicht ankommt oder abgelaufen ist, fordern ' +
      'Sie unten eine neue an.',
    invalid:
      'Dieser Link ist nicht oder nicht mehr gültig. Sie können weiterhin ein neues Passwort wählen. Dabei werden alle Geräte ' +
      'abgemeldet. Entfernen Sie dann in Ihrem Konto, was nicht von Ihnen ist.',
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
