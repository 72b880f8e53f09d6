import { html, type Html } from '#libs/api';
import { formPage, formScript, type FormTexts } from './form.page.js';

/** What a page behind a link "That wasn't me" says, in one language. */
export interface NotMeTexts extends FormTexts {
  readonly button: string;
}

/** @param path the operation that takes the token of the link */
export function notMeScript(path: string): string {
  return formScript(`
const [form] = document.forms;
const token = new URLSearchParams(location.search).get('token') || '';
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { status } = await post(form, '${path}', { token });
  form.hidden = status === 204 || status === 400;
  say(status === 204 ? texts.done : status === 400 ? texts.invalid : texts.failed);
});`);
}

/** A page with one button, and a link to the page that sets a new password. */
export function notMePage(
  languages: string | undefined,
  texts: Readonly<Record<'en' | 'de', NotMeTexts>>,
  script: string,
): string {
  const [en, de] = [
    { ...texts.en, password: 'Choose a new password' },
    { ...texts.de, password: 'Neues Passwort wählen' },
  ];
  const link = ({ password }: Texts): Html => html`<p><a href="reset-password">${password}</a></p>`;
  return formPage(languages, { en, de }, form, script, link);
}

type Texts = NotMeTexts & { readonly password: string };

function form({ button }: Texts): Html {
  return html`<form>
    <p><button>${button}</button></p>
  </form>`;
}
