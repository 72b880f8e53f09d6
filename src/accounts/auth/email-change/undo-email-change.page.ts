import { Headers } from '@nestjs/common';
import { html, type Html } from '#libs/api';
import { FormPage, formPage, formScript, type FormTexts, ShowsForms } from '../pages/form.page.js';

const SCRIPT = formScript(`
const [undo] = document.forms;
const token = new URLSearchParams(location.search).get('token') || '';
undo.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(undo, 'v2/auth/email/change/undo', { token });
  undo.hidden = status === 204 || status === 400;
  say(status === 204 ? texts.done : status === 400 ? texts.invalid : texts.failed);
});`);

interface Texts extends FormTexts {
  readonly button: string;
}

const ENGLISH: Texts = {
  title: "That wasn't me",
  lead:
    'Click the button to take your account back. It keeps, or gets back, the address to which we sent the email. All ' +
    "devices are signed out, your password no longer works, and you'll get a link to choose a new one.",
  button: 'Take my account back',
  says: {
    done: "Your account is yours again. We've sent you an email with a link to choose a new password.",
    invalid:
      "This link isn't valid, or it has expired. If someone else has access to your account, choose a new password, or " +
      'ask us for help.',
  },
};
const GERMAN: Texts = {
  title: 'Das war ich nicht',
  lead:
    'Holen Sie sich Ihr Konto mit einem Klick zurück. Es behält die Adresse, an die wir die E-Mail geschickt haben, oder ' +
    'bekommt sie wieder. Alle Geräte werden abgemeldet, Ihr Passwort gilt nicht mehr, und Sie erhalten einen Link, mit ' +
    'dem Sie ein neues wählen.',
  button: 'Mein Konto zurückholen',
  says: {
    done: 'Ihr Konto gehört wieder Ihnen. Wir haben Ihnen eine E-Mail mit einem Link geschickt, mit dem Sie ein neues Passwort wählen.',
    invalid:
      'Dieser Link ist nicht oder nicht mehr gültig. Wenn jemand anderes Zugang zu Ihrem Konto hat, wählen Sie ein neues ' +
      'Passwort oder bitten Sie uns um Hilfe.',
  },
};

/** The page behind the links in mails to the old address, for products without their own. */
@FormPage('undo-email-change')
export class UndoEmailChangePage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return formPage(languages, { en: ENGLISH, de: GERMAN }, forms, SCRIPT);
  }
}

function forms({ button }: Texts): Html {
  return html`<form>
    <p><button>${button}</button></p>
  </form>`;
}
