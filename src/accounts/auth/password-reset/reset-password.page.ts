import { Headers } from '@nestjs/common';
import { html, type Html } from '#libs/api';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '../passwords/password-policy.js';
import { FormPage, formPage, formScript, type FormTexts, ShowsForms } from '../pages/form.page.js';

/** Without a token, as in the mail that says that the password was changed, it offers a link first. */
const SCRIPT = formScript(`
const [set, request] = document.forms;
const token = new URLSearchParams(location.search).get('token') || '';
set.hidden = !token;
request.hidden = !set.hidden;
if (!token) lead.textContent = texts.request;
set.addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await post(set, 'v2/auth/password/reset', { token, password: set.password.value });
  const weak = answer.field === '/password';
  const isVoid = answer.status === 400 && !weak;
  set.hidden = answer.status === 204 || isVoid;
  request.hidden = !isVoid;
  say(answer.status === 204 ? texts.done : isVoid ? texts.invalid : weak ? texts.weak : texts.failed, weak && set.password);
});
request.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(request, 'v2/auth/password/forgot', { email: request.email.value });
  request.hidden = status === 202;
  say(status === 202 ? texts.sent : status === 400 ? texts.address : texts.failed, status === 400 && request.email);
});`);

interface Texts extends FormTexts {
  readonly button: string;
  readonly passwordLabel: string;
  readonly requestButton: string;
}

const ENGLISH: Texts = {
  title: 'Choose a new password',
  lead: 'Choosing a new password signs you out on all devices. You can then sign in with it.',
  button: 'Save',
  passwordLabel: 'New password, at least 8 characters',
  requestButton: 'Send the link',
  says: {
    request: "Enter your email address, and we'll send you a link to choose a new password.",
    done: 'Your new password is saved. You can close this page and sign in.',
    weak: "That password is too short or too easy to guess, or it's known from a data breach. Please choose another one.",
    invalid: "This link isn't valid, or it has expired. We can send you a new one.",
    sent:
      'If there is an account with this address, an email is on its way. We send at most one per minute, so check ' +
      'for an earlier one, too.',
  },
};
const GERMAN: Texts = {
  title: 'Neues Passwort wählen',
  lead: 'Sie werden dabei auf allen Geräten abgemeldet und können sich dann mit dem neuen Passwort anmelden.',
  button: 'Speichern',
  passwordLabel: 'Neues Passwort, mindestens 8 Zeichen',
  requestButton: 'Link senden',
  says: {
    request:
      'Geben Sie Ihre E-Mail-Adresse ein. Wir senden Ihnen einen Link, mit dem Sie ein neues Passwort wählen.',
    done: 'Ihr neues Passwort ist gespeichert. Sie können diese Seite schließen und sich anmelden.',
    weak: 'Dieses Passwort ist zu kurz, zu leicht zu erraten oder aus einem Datenleck bekannt. Bitte wählen Sie ein anderes.',
    invalid: 'Dieser Link ist nicht oder nicht mehr gültig. Wir können Ihnen einen neuen senden.',
    sent:
      'Falls es ein Konto mit dieser Adresse gibt, ist eine E-Mail unterwegs. Wir senden höchstens eine pro Minute, ' +
      'prüfen Sie also auch, ob Sie schon eine erhalten haben.',
  },
};

/** The page behind the links in the mails about passwords, for products without their own. */
@FormPage('reset-password')
export class ResetPasswordPage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return formPage(languages, { en: ENGLISH, de: GERMAN }, forms, SCRIPT);
  }
}

function forms({ passwordLabel, button, requestButton }: Texts, email: Html): Html {
  return html`<form>
      <p>
        <label
          >${passwordLabel}
          <input
            type="password"
            name="password"
            required
            minlength="${PASSWORD_MIN_LENGTH}"
            maxlength="${PASSWORD_MAX_LENGTH}"
            autocomplete="new-password"
            aria-describedby="status"
        /></label>
      </p>
      <p><button>${button}</button></p>
    </form>
    <form hidden>
      ${email}
      <p><button>${requestButton}</button></p>
    </form>`;
}
