import { html, type Html } from '#libs/api';

/** What the form says, in one language. */
export interface SecondFactorTexts {
  readonly lead: string;
  readonly totp: string;
  readonly recovery: string;
  readonly trust: string;
  readonly button: string;
  readonly passkey: string;
  readonly useRecovery: string;
  readonly useTotp: string;
  /** For `says` of the page. */
  readonly says: Readonly<Record<string, string>>;
}

export const SECOND_FACTOR_TEXTS: Readonly<Record<'en' | 'de', SecondFactorTexts>> = {
  en: {
    lead: 'Your account is also protected by a second factor.',
    totp: 'Six-digit code from your authenticator app',
    recovery: 'Recovery code',
    trust: 'Trust this device for 30 days',
    button: 'Continue',
    passkey: 'Use a passkey',
    useRecovery: 'Use a recovery code',
    useTotp: 'Use the authenticator app',
    says: {
      wrongtotp: "That code isn't valid. Each code works only once. Check it, or wait for the next one.",
      wrongrecovery: "That recovery code isn't valid, or it has already been used.",
      wrongpasskey: "That passkey doesn't belong to this account.",
      cancelled: 'No passkey was used. Please try again, or use a code.',
      many: 'There were too many wrong codes for this account. Please try again in an hour.',
      over:
        'That took too long, or there were too many wrong codes. We can send you a new code so that you can ' +
        'start again.',
    },
  },
  de: {
    lead: 'Ihr Konto ist zusätzlich mit einem zweiten Faktor geschützt.',
    totp: 'Sechsstelliger Code aus Ihrer Authenticator-App',
    recovery: 'Wiederherstellungscode',
    trust: 'Diesem Gerät 30 Tage lang vertrauen',
    button: 'Weiter',
    passkey: 'Passkey verwenden',
    useRecovery: 'Wiederherstellungscode verwenden',
    useTotp: 'Authenticator-App verwenden',
    says: {
      wrongtotp:
        'Dieser Code ist nicht gültig. Jeder Code gilt nur einmal. Bitte prüfen Sie ihn, oder warten Sie auf den ' +
        'nächsten.',
      wrongrecovery: 'Dieser Wiederherstellungscode ist nicht gültig, oder er wurde schon verwendet.',
      wrongpasskey: 'Dieser Passkey gehört nicht zu diesem Konto.',
      cancelled:
        'Es wurde kein Passkey verwendet. Bitte versuchen Sie es noch einmal, oder verwenden Sie einen Code.',
      many: 'Für dieses Konto gab es zu viele falsche Codes. Bitte versuchen Sie es in einer Stunde noch einmal.',
      over:
        'Das hat zu lange gedauert, oder es gab zu viele falsche Codes. Wir können Ihnen einen neuen Code senden, mit dem ' +
        'Sie von vorn beginnen.',
    },
  },
};

/** The third form of a page that signs in. */
export function secondFactorForm(texts: SecondFactorTexts): Html {
  return html`<form hidden>
    <p id="factor">${texts.lead}</p>
    <p>
      <label
        >${texts.totp}
        <input name="totp" inputmode="numeric" autocomplete="one-time-code" aria-describedby="factor status"
      /></label>
    </p>
    <p>
      <label
        >${texts.recovery}
        <input
          name="recovery"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="factor status"
      /></label>
    </p>
    <p>
      <label class="check"><input type="checkbox" name="trust" /><span>${texts.trust}</span></label>
    </p>
    <p class="actions">
      <button>${texts.button}</button>
      <button type="button" class="plain" name="passkey">${texts.passkey}</button>
      <button type="button" class="plain" name="userecovery">${texts.useRecovery}</button>
      <button type="button" class="plain" name="usetotp">${texts.useTotp}</button>
    </p>
  </form>`;
}

/**
 * For the script of a page: `askForFactor(problem, startAgain)` takes over once the API asks for a second factor, and calls
 * `startAgain()` if that sign-in has expired.
 */
export const SECOND_FACTOR_SCRIPT = `
const factorForm = document.forms[2];
const fields = { totp: factorForm.totp, 'recovery-code': factorForm.recovery };
let mfaToken;
let startAgain;
let offered;
let kind;
function askForFactor(problem, otherwise) {
  mfaToken = problem.mfaToken;
  startAgain = otherwise;
  offered = problem.factors;
  factorForm.hidden = false;
  // Not every browser has them.
  const hasPasskeys = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);
  factorForm.passkey.hidden = !(offered.includes('passkey') && hasPasskeys);
  useCode(offered.includes('totp') ? 'totp' : 'recovery-code');
  say('', fields[kind], false);
}
function useCode(next) {
  kind = next;
  for (const [name, field] of Object.entries(fields)) {
    field.closest('p').hidden = name !== kind;
    field.required = name === kind;
    field.value = '';
  }
  factorForm.userecovery.hidden = kind !== 'totp' || !offered.includes('recovery-code');
  factorForm.usetotp.hidden = kind === 'totp' || !offered.includes('totp');
}
async function complete(factor, code, wrong, field) {
  const body = { mfaToken, factor, code, trustDevice: factorForm.trust.checked };
  const { status, problem, field: invalid } = await post(factorForm, 'v2/auth/login/mfa', body, {
    'Session-Transport': 'cookie',
  });
  const isWrong = problem.code === 'invalid-code' || invalid === '/code';
  const isOver = problem.code === 'invalid-mfa-token';
  factorForm.hidden = status === 200 || isOver;
  if (isOver) startAgain();
  say(status === 200 ? texts.done : isWrong ? wrong : isOver ? texts.over
    : problem.code === 'too-many-attempts' ? texts.many : texts.failed, isWrong && field);
}
factorForm.addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = fields[kind];
  await complete(kind, field.value.trim(), kind === 'totp' ? texts.wrongtotp : texts.wrongrecovery, field);
});
factorForm.userecovery.addEventListener('click', () => {
  useCode('recovery-code');
  say('', factorForm.recovery, false);
});
factorForm.usetotp.addEventListener('click', () => {
  useCode('totp');
  say('', factorForm.totp, false);
});
factorForm.passkey.addEventListener('click', async () => {
  const { status, body } = await post(factorForm, 'v2/auth/passkeys/login/options', {});
  if (status !== 200) {
    say(texts.failed);
    return;
  }
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(body);
    const credential = await navigator.credentials.get({ publicKey });
    await complete('passkey', JSON.stringify(credential), texts.wrongpasskey);
  } catch {
    // The person closed the dialog, or has no passkey on this device.
    say(texts.cancelled);
  }
});`;
