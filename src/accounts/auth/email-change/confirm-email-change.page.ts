import { Headers } from '@nestjs/common';
import { html, type Html } from '#libs/api';
import { FormPage, formPage, formScript, type FormTexts, ShowsForms } from '../pages/form.page.js';

const SCRIPT = formScript(`
const [confirm, decline] = document.forms;
const token = new URLSearchParams(location.search).get('token') || '';
async function send(form, path, done) {
  const { status } = await post(form, 'v2/auth/email/change/' + path, { token });
  confirm.hidden = decline.hidden = status === 204 || status === 400 || status === 409;
  say(status === 204 ? done : status === 400 ? texts.invalid : status === 409 ? texts.taken : texts.failed);
}
confirm.addEventListener('submit', async (event) => {
  event.preventDefault();
  await send(confirm, 'confirm', texts.done);
});
decline.addEventListener('submit', async (event) => {
  event.preventDefault();
  await send(decline, 'undo', texts.declined);
});`);

interface Texts extends FormTexts {
  readonly confirm: string;
  readonly decline: string;
}

const ENGLISH: Texts = {
  title: 'Confirm your new email address',
  lead:
    "Click the button to use this address for the account where you requested the change. If you didn't " +
    "request it, don't confirm it: the account isn't yours.",
  confirm: 'Use this address',
  decline: "I didn't request this",
  says: {
    done: 'Your account now has this address. Use it to sign in from now on. You can close this page.',
    declined: 'The request has been canceled. You can close this page.',
    taken: 'This address belongs to another account now, so your account keeps its current address.',
    invalid: "This link isn't valid, or it has expired. You can request a new one in your account.",
  },
};
const GERMAN: Texts = {
  title: 'Neue E-Mail-Adresse bestätigen',
  lead:
    'Mit einem Klick verwenden Sie diese Adresse für das Konto, in dem Sie die Änderung angefordert haben. ' +
    'Wenn Sie keine angefordert haben, bestätigen Sie nichts: Das Konto gehört nicht Ihnen.',
  confirm: 'Diese Adresse verwenden',
  decline: 'Das habe ich nicht angefordert',
  says: {
    done: 'Ihr Konto hat jetzt diese Adresse. Melden Sie sich ab sofort damit an. Sie können diese Seite schließen.',
    declined: 'Die Anfrage wurde zurückgezogen. Sie können diese Seite schließen.',
    taken: 'Diese Adresse gehört inzwischen zu einem anderen Konto. Ihr Konto behält die bisherige.',
    invalid: 'Dieser Link ist nicht oder nicht mehr gültig. In Ihrem Konto können Sie einen neuen anfordern.',
  },
};

/** The page behind the link in the mail to a new address, for products without their own. */
@FormPage('confirm-email-change')
export class ConfirmEmailChangePage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return formPage(languages, { en: ENGLISH, de: GERMAN }, forms, SCRIPT);
  }
}

function forms({ confirm, decline }: Texts): Html {
  return html`<form>
      <p><button>${confirm}</button></p>
    </form>
    <form>
      <p><button class="plain">${decline}</button></p>
    </form>`;
}
