import { Headers } from '@nestjs/common';
import { html, type Html } from '#libs/api';
import { FormPage, formPage, formScript, type FormTexts, ShowsForms } from '../pages/form.page.js';

const SCRIPT = formScript(`
const [confirm, resend, disown] = document.forms;
const token = new URLSearchParams(location.search).get('token') || '';
confirm.addEventListener('submit', async (event) => {
  event.preventDefault();
  const password = confirm.password.value || undefined;
  const { status } = await post(confirm, 'v2/auth/email/verify', { token, password });
  const field = confirm.password.closest('p');
  confirm.hidden = status === 204 || status === 400;
  resend.hidden = status !== 400;
  disown.hidden = confirm.hidden;
  const asked = !field.hidden;
  field.hidden = status !== 401 && field.hidden;
  say(status === 204 ? texts.done : status === 400 ? texts.invalid
    : status !== 401 ? texts.failed : asked ? texts.wrong : texts.password, status === 401 && confirm.password);
});
disown.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(disown, 'v2/auth/email/disown', { token });
  confirm.hidden = disown.hidden = status === 204 || status === 400;
  say(status === 204 ? texts.disowned : status === 400 ? texts.void : texts.failed);
});
resend.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(resend, 'v2/auth/email/resend', { email: resend.email.value });
  resend.hidden = status === 202;
  say(status === 202 ? texts.sent : status === 400 ? texts.address : texts.failed, status === 400 && resend.email);
});`);

interface Texts extends FormTexts {
  readonly button: string;
  readonly passwordLabel: string;
  readonly resend: string;
  readonly disown: string;
}

const ENGLISH: Texts = {
  title: 'Confirm your email address',
  lead: 'Click the button to confirm that this address is yours.',
  button: 'Confirm',
  passwordLabel: 'Password',
  resend: 'Send a new email',
  disown: "I didn't sign up",
  says: {
    done: 'Thanks! Your email address is confirmed. You can close this page.',
    disowned: 'The account has been removed. You can close this page.',
    void: "This link isn't valid, or it has expired. You don't need to do anything.",
    password: 'Please enter the password you signed up with.',
    wrong:
      "That isn't the password for this sign-up. If you signed up more than once, follow the link in the other email.",
    invalid: "This link isn't valid, or it has expired. We can send you a new one.",
    sent:
      'If your address still needs to be confirmed, a new email is on its way. We send at most one per minute, so ' +
      'check for an earlier one, too.',
  },
};
const GERMAN: Texts = {
  title: 'E-Mail-Adresse bestätigen',
  lead: 'Bestätigen Sie mit einem Klick, dass diese Adresse Ihnen gehört.',
  button: 'Bestätigen',
  passwordLabel: 'Passwort',
  resend: 'Neue E-Mail senden',
  disown: 'Ich habe mich nicht registriert',
  says: {
    done: 'Vielen Dank! Ihre E-Mail-Adresse ist bestätigt. Sie können diese Seite schließen.',
    disowned: 'Das Konto wurde entfernt. Sie können diese Seite schließen.',
    void: 'Dieser Link ist nicht oder nicht mehr gültig. Sie müssen nichts tun.',
    password: 'Bitte geben Sie das Passwort ein, mit dem Sie sich registriert haben.',
    wrong:
      'Das ist nicht das Passwort dieser Registrierung. Wenn Sie sich mehrmals registriert haben, folgen Sie dem Link in ' +
      'der anderen E-Mail.',
    invalid: 'Dieser Link ist nicht oder nicht mehr gültig. Wir können Ihnen einen neuen schicken.',
    sent:
      'Falls Ihre Adresse noch bestätigt werden muss, ist eine neue E-Mail unterwegs. Wir senden höchstens eine pro ' +
      'Minute, prüfen Sie also auch, ob Sie schon eine erhalten haben.',
  },
};

/**
 * The page behind the link in the mail, for products without their own. It verifies on a click instead of when opened,
 * because mail scanners open every link.
 */
@FormPage('verify-email')
export class VerifyEmailPage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return formPage(languages, { en: ENGLISH, de: GERMAN }, forms, SCRIPT);
  }
}

function forms({ passwordLabel, button, resend, disown }: Texts, email: Html): Html {
  return html`<form>
      <p hidden>
        <label
          >${passwordLabel}
          <input type="password" name="password" autocomplete="current-password" aria-describedby="status"
        /></label>
      </p>
      <p><button>${button}</button></p>
    </form>
    <form hidden>
      ${email}
      <p><button>${resend}</button></p>
    </form>
    <form>
      <p><button class="plain">${disown}</button></p>
    </form>`;
}
