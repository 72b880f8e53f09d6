import { Headers } from '@nestjs/common';
import { html, type Html } from '#libs/api';
import {
  SECOND_FACTOR_SCRIPT,
  SECOND_FACTOR_TEXTS,
  secondFactorForm,
  type SecondFactorTexts,
} from '../pages/second-factor.form.js';
import { FormPage, formPage, formScript, type FormTexts, ShowsForms } from '../pages/form.page.js';

/**
 * With a token, it asks for the code only if the API does. Without one, it sends a code first. Then it asks for a second
 * factor, if the API does.
 */
const SCRIPT = formScript(`${SECOND_FACTOR_SCRIPT}
const [enter, request] = document.forms;
const field = enter.code.closest('p');
let token = new URLSearchParams(location.search).get('token') || undefined;
let email;
enter.hidden = !token;
request.hidden = !enter.hidden;
if (!token) lead.textContent = texts.request;
enter.addEventListener('submit', async (event) => {
  event.preventDefault();
  const code = enter.code.value.replace(/\\s/g, '') || undefined;
  const { status, problem, field: invalid } = await post(enter, 'v2/auth/otp/verify', { token, email, code }, {
    'Session-Transport': 'cookie',
  });
  const asks = problem.code === 'code-required';
  const isWrong = problem.code === 'invalid-code' || invalid === '/code';
  const isVoid = status === 400 && !isWrong;
  const needsFactor = problem.code === 'mfa-required';
  enter.hidden = status === 200 || isVoid || needsFactor;
  request.hidden = !isVoid;
  field.hidden = field.hidden && !asks && !isWrong;
  enter.code.required = !field.hidden;
  if (needsFactor) {
    askForFactor(problem, () => (request.hidden = false));
    return;
  }
  const where = [problem.requestedAt && new Date(problem.requestedAt).toLocaleString(), problem.ipAddress, problem.userAgent];
  say(status === 200 ? texts.done : asks ? texts.code + ' ' + where.filter(Boolean).join(' · ')
    : isWrong ? texts.wrong : isVoid ? texts.invalid
    : problem.code === 'too-many-attempts' ? texts.many : texts.failed, (asks || isWrong) && enter.code, isWrong);
});
request.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(request, 'v2/auth/otp', { email: request.email.value });
  const isSent = status === 202;
  request.hidden = isSent;
  enter.hidden = !isSent;
  if (isSent) {
    token = undefined;
    email = request.email.value;
    field.hidden = false;
    enter.code.required = true;
    enter.code.value = '';
  }
  say(isSent ? texts.sent : status === 400 ? texts.address : texts.failed, isSent ? enter.code : status === 400 && request.email, !isSent);
});`);

interface Texts extends FormTexts {
  readonly button: string;
  readonly codeLabel: string;
  readonly requestButton: string;
  readonly factor: SecondFactorTexts;
}

const ENGLISH: Texts = {
  title: 'Sign in',
  lead: 'Click the button to sign in.',
  button: 'Sign in',
  codeLabel: 'Six-digit code from the email',
  requestButton: 'Send a code',
  factor: SECOND_FACTOR_TEXTS.en,
  says: {
    request: "Enter your email address, and we'll send you a code to sign in.",
    done: "You're signed in. You can close this page.",
    code:
      'This link was requested in a different browser. If that was you, enter the code from the same email. ' +
      'Requested:',
    wrong: "That code isn't valid. Please check it, or request a new one in a minute.",
    ...SECOND_FACTOR_TEXTS.en.says,
    invalid: "This link isn't valid, or it has expired. We can send you a new code.",
    sent:
      'If there is an account with this address, a code is on its way. We send at most one per minute, so check for ' +
      'an earlier one, too.',
  },
};
const GERMAN: Texts = {
  title: 'Anmelden',
  lead: 'Melden Sie sich mit einem Klick an.',
  button: 'Anmelden',
  codeLabel: 'Sechsstelliger Code aus der E-Mail',
  requestButton: 'Code senden',
  factor: SECOND_FACTOR_TEXTS.de,
  says: {
    request:
      'Geben Sie Ihre E-Mail-Adresse ein. Wir senden Ihnen einen Code, mit dem Sie sich anmelden können.',
    done: 'Sie sind angemeldet. Sie können diese Seite schließen.',
    code: 'Dieser Link wurde in einem anderen Browser angefordert. Falls Sie das waren, geben Sie den Code aus derselben E-Mail ein. Angefordert:',
    wrong:
      'Dieser Code ist nicht gültig. Bitte prüfen Sie ihn, oder fordern Sie in einer Minute einen neuen an.',
    ...SECOND_FACTOR_TEXTS.de.says,
    invalid: 'Dieser Link ist nicht oder nicht mehr gültig. Wir können Ihnen einen neuen Code senden.',
    sent:
      'Falls es ein Konto mit dieser Adresse gibt, ist ein Code unterwegs. Wir senden höchstens einen pro Minute, ' +
      'prüfen Sie also auch, ob Sie schon einen erhalten haben.',
  },
};

/**
 * The page behind the link in the mail, for products without their own. It signs in on a click instead of when opened,
 * because mail scanners open every link.
 */
@FormPage('sign-in')
export class SignInPage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return formPage(languages, { en: ENGLISH, de: GERMAN }, forms, SCRIPT);
  }
}

function forms({ codeLabel, button, requestButton, factor }: Texts, email: Html): Html {
  return html`<form>
      <p hidden>
        <label
          >${codeLabel}
          <input name="code" inputmode="numeric" autocomplete="one-time-code" aria-describedby="status"
        /></label>
      </p>
      <p><button>${button}</button></p>
    </form>
    <form hidden>
      ${email}
      <p><button>${requestButton}</button></p>
    </form>
    ${secondFactorForm(factor)}`;
}
