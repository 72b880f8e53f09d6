import { Controller, Get, Header, Headers, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { pageOf, pagePolicy, Public } from '#libs/api';
import { SkipThrottle } from '@nestjs/throttler';

/**
 * The path is relative, because PUBLIC_URL may contain a path. The token is only in the address bar and the request
 * body, never in the page.
 */
const SCRIPT = `
const button = document.querySelector('button');
const status = document.querySelector('[role=status]');
button.addEventListener('click', async () => {
  button.disabled = true;
  const token = new URLSearchParams(location.search).get('token') || '';
  try {
    const response = await fetch('v2/auth/email/verify', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    const invalid = response.status === 400;
    status.textContent = response.ok ? button.dataset.done : invalid ? button.dataset.invalid : button.dataset.failed;
    button.hidden = response.ok || invalid;
  } catch {
    status.textContent = button.dataset.failed;
  }
  button.disabled = false;
});`;

interface Texts {
  readonly title: string;
  readonly lead: string;
  readonly button: string;
  readonly done: string;
  readonly invalid: string;
  readonly failed: string;
}

const ENGLISH: Texts = {
  title: 'Confirm your email address',
  lead: 'Click the button to confirm that this address is yours.',
  button: 'Confirm',
  done: 'Thanks! Your email address is confirmed. You can close this page.',
  invalid: 'This link is no longer valid. Please request a new email.',
  failed: "That didn't work. Please try again in a moment.",
};
const GERMAN: Texts = {
  title: 'E-Mail-Adresse bestätigen',
  lead: 'Bestätigen Sie mit einem Klick, dass diese Adresse Ihnen gehört.',
  button: 'Bestätigen',
  done: 'Vielen Dank! Ihre E-Mail-Adresse ist bestätigt. Sie können diese Seite schließen.',
  invalid: 'Dieser Link ist nicht mehr gültig. Bitte fordern Sie eine neue E-Mail an.',
  failed: 'Das hat leider nicht geklappt. Bitte versuchen Sie es gleich noch einmal.',
};

/**
 * The page behind the link in the mail, for products without their own. It verifies on a click instead of when opened,
 * because mail scanners open every link.
 */
@ApiExcludeController()
@Public()
@SkipThrottle()
@Controller({ path: 'verify-email', version: VERSION_NEUTRAL })
export class VerifyEmailPage {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', pagePolicy(SCRIPT))
  show(@Headers('accept-language') languages: string | undefined): string {
    const german = /^\s*de\b/i.test(languages ?? '');
    const texts = german ? GERMAN : ENGLISH;
    return pageOf(
      texts.title,
      `<p>${texts.lead}</p><p><button type="button" data-done="${texts.done}" data-invalid="${texts.invalid}" ` +
        `data-failed="${texts.failed}">${texts.button}</button></p><p role="status"></p>`,
      { lang: german ? 'de' : 'en', script: SCRIPT },
    );
  }
}
