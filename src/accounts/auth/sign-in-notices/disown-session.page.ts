import { Headers } from '@nestjs/common';
import { FormPage, ShowsForms } from '../pages/form.page.js';
import { notMePage, notMeScript, type NotMeTexts } from '../pages/not-me.page.js';

const SCRIPT = notMeScript('v2/auth/sessions/disown');

const ENGLISH: NotMeTexts = {
  title: "That wasn't me",
  lead: "Click the button to sign out the device in the email. You'll stay signed in everywhere else.",
  button: 'Sign out this device',
  says: {
    done: "That device has been signed out. Now choose a new password so that it can't sign in again.",
    invalid:
      "This link isn't valid, or it has expired. You can still sign that device out in your account, and choose a new password.",
  },
};
const GERMAN: NotMeTexts = {
  title: 'Das war ich nicht',
  lead: 'Melden Sie das Gerät aus der E-Mail mit einem Klick ab. Überall sonst bleiben Sie angemeldet.',
  button: 'Dieses Gerät abmelden',
  says: {
    done:
      'Das Gerät wurde abgemeldet. Wählen Sie jetzt ein neues Passwort, damit es sich nicht wieder anmelden ' +
      'kann.',
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
    return notMePage(languages, { en: ENGLISH, de: GERMAN }, SCRIPT);
  }
}
