import { Headers } from '@nestjs/common';
import { FormPage, ShowsForms } from '../pages/form.page.js';
import { notMePage, notMeScript, type NotMeTexts } from '../pages/not-me.page.js';

const SCRIPT = notMeScript('v2/auth/email/change/undo');

const ENGLISH: NotMeTexts = {
  title: "That wasn't me",
  lead:
    'Click the button to take your account back. It will have the address we sent the email to. All ' +
    "devices will be signed out, your password will no longer work, and you'll get a link to choose a new " +
    'one.',
  button: 'Take my account back',
  says: {
    done:
      "Your account is yours again. We've sent you an email with a link to choose a new password. If the email " +
      "doesn't arrive or the link has expired, get a new one below. Then remove passkeys and authenticator " +
      "apps that aren't yours from your account.",
    invalid:
      "This link isn't valid, or it has expired. If someone else has access to your account, choose a new password, " +
      'or contact us.',
  },
};
const GERMAN: NotMeTexts = {
  title: 'Das war ich nicht',
  lead:
    'Holen Sie sich Ihr Konto mit einem Klick zurück. Es behält die Adresse, an die wir die E-Mail geschickt haben, oder ' +
    'bekommt sie wieder. Alle Geräte werden abgemeldet, Ihr Passwort gilt nicht mehr, und Sie erhalten einen Link, mit ' +
    'dem Sie ein neues wählen.',
  button: 'Mein Konto zurückholen',
  says: {
    done:
      'Ihr Konto gehört wieder Ihnen. Wir haben Ihnen eine E-Mail mit einem Link geschickt, mit dem Sie ein ' +
      'neues Passwort wählen. Falls die E-Mail nicht ankommt oder der Link abgelaufen ist, fordern Sie unten ' +
      'einen neuen an. Entfernen Sie danach Passkeys und Apps, die nicht Ihnen gehören, aus Ihrem Konto.',
    invalid:
      'Dieser Link ist nicht oder nicht mehr gültig. Wenn jemand anderes Zugang zu Ihrem Konto hat, wählen Sie ' +
      'ein neues Passwort oder wenden Sie sich an uns.',
  },
};

/** The page behind the links in mails to the old address, for products without their own. */
@FormPage('undo-email-change')
export class UndoEmailChangePage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return notMePage(languages, { en: ENGLISH, de: GERMAN }, SCRIPT);
  }
}
