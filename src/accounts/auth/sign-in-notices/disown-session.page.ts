import { Headers } from '@nestjs/common';
import { html, type Html } from '#libs/api';
import { FormPage, formPage, formScript, type FormTexts, ShowsForms } from '../pages/form.page.js';

const SCRIPT = formScript(`
const [disown] = document.forms;
const token = new URLSearchParams(location.search).get('token') || '';
disown.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(disown, 'v2/auth/sessions/disown', { token });
  disown.hidden = status === 204 || status === 400;
  say(status === 204 ? texts.done : status === 400 ? texts.invalid : texts.failed);
});`);

interface Texts extends FormTexts {
  readonly button: string;
  readonly password: string;
}

const ENGLISH: Texts = {
  title: "That wasn't me",
  lead: "Click the button to sign out the device in the email. You'll stay signed in everywhere else.",
  button: 'Sign out this device',
  password: 'Choose a new password',
  says: {
    done: "That device is signed out. Now choose a new password, so that it can't sign in again.",
    invalid:
      "This link isn't valid, or it has expired. You can still sign that device out in your account, and choose a new password.",
  },
};
const GERMAN: Texts = {
  title: 'Das war ich nicht',
  lead: 'Melden Sie das Gerät aus der E-Mail mit einem Klick ab. Überall sonst bleiben Sie angemeldet.',
  button: 'Dieses Gerät abmelden',
  password: 'Neues Passwort wählen',
  says: {
    done: 'Das Gerät ist abgemeldet. Wählen Sie jetzt ein neues Passwort, damit es sich nicht wieder anmelden kann.',
    invalid:
      'Dieser Link ist nicht oder nicht mehr gültig. Sie können das Gerät weiterhin in Ihrem Konto abmelden und ein neues ' +
      'Passwort wählen.',
  },
};

/** The page behind the link in the mail about a sign-in on a new device, for products without their own. */
@FormPage('disown-session')
export class DisownSessionPage {
  @ShowsForms(SCRIPT)
  show(@Headers('accept-language') languages: string | undefined): string {
    return formPage(languages, { en: ENGLISH, de: GERMAN }, forms, SCRIPT);
  }
}

function forms({ button, password }: Texts): Html {
  return html`<form>
      <p><button>${button}</button></p>
    </form>
    <p><a href="reset-password">${password}</a></p>`;
}
