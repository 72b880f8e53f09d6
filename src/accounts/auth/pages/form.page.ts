import { applyDecorators, Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { html, type Html, pageLanguage, pageOf, pagePolicy, Public } from '#libs/api';

/** What a page with forms says, in one language. */
export interface FormTexts {
  readonly title: string;
  readonly lead: string;
  /** What the script says, by the name under which it finds it. `done`, at least. */
  readonly says: Readonly<Record<string, string>>;
}

type InEachLanguage<T> = Readonly<Record<'en' | 'de', T>>;

/** What all of them say. */
const COMMON = {
  en: {
    email: 'Email address',
    script: 'This page requires JavaScript.',
    says: {
      address: "That isn't a valid email address.",
      failed: "That didn't work. Please try again in a moment.",
    },
  },
  de: {
    email: 'E-Mail-Adresse',
    script: 'Diese Seite benötigt JavaScript.',
    says: {
      address: 'Das ist keine gültige E-Mail-Adresse.',
      failed: 'Das hat leider nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
    },
  },
};

/** Marks the controller of a page with forms. */
export function FormPage(path: string): ClassDecorator {
  return applyDecorators(
    ApiExcludeController(),
    Public(),
    SkipThrottle(),
    Controller({ path, version: VERSION_NEUTRAL }),
  );
}

/** Marks the handler that returns the page. @param script the only one that may run there */
export function ShowsForms(script: string): MethodDecorator {
  return applyDecorators(
    Get(),
    Header('Content-Type', 'text/html; charset=utf-8'),
    Header('Content-Security-Policy', pagePolicy(script)),
  );
}

/**
 * A page whose forms call the API, in the language that the browser prefers.
 * @param forms their markup. `email` is a field for an address
 * @param script see `formScript`
 * @param after what stands below what the script says
 */
export function formPage<T extends FormTexts>(
  languages: string | undefined,
  texts: InEachLanguage<T>,
  forms: (texts: T, email: Html) => Html,
  script: string,
  after: (texts: T) => Html = () => html``,
): string {
  const lang = pageLanguage(languages);
  const [own, common] = [texts[lang], COMMON[lang]];
  const says = Object.entries({ ...common.says, ...own.says });
  const body = html`<p${says.map(([name, text]) => html` data-${name}="${text}"`)}>${own.lead}</p>
    <noscript><p>${common.script}</p></noscript>
    ${forms(own, emailField(common.email))}
    <p id="status" role="status" tabindex="-1"></p>
    ${after(own)}`;
  return pageOf(own.title, body, { lang, script });
}

function emailField(label: string): Html {
  return html`<p>
    <label
      >${label} <input type="email" name="email" required autocomplete="email" aria-describedby="status"
    /></label>
  </p>`;
}

/**
 * The script of a page with forms that call the API. The paths are relative, because PUBLIC_URL may contain a path. A
 * token is only in the address bar and the request body, never in the page.
 * @param script may use `lead` and its `texts`, `say(text, field, isInvalid)`, which moves the focus to the text or the
 * field, and marks that as invalid unless it isn't, and `post(form, path, body, headers)`, which resolves to the
 * response's `status`, or 0, its `body`, and the `problem` with the pointer to its first invalid `field`
 */
export function formScript(script: string): string {
  return `
const status = document.querySelector('[role=status]');
const lead = document.querySelector('[data-done]');
const texts = lead.dataset;
function say(text, field, isInvalid = true) {
  status.textContent = text;
  lead.hidden = document.forms[0].hidden;
  for (const input of document.querySelectorAll('input')) {
    input.setAttribute('aria-invalid', String(isInvalid && input === field));
  }
  (field || status).focus();
}
async function post(form, path, body, headers) {
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    const problem = response.ok ? {} : answer;
    return { status: response.status, body: answer, problem, field: problem.errors?.[0]?.pointer };
  } catch {
    return { status: 0, problem: {} };
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}
${script}`;
}
