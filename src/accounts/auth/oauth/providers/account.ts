import { isEmail } from 'class-validator';
import { isLocale, LOCALE_MAX_LENGTH } from '#libs/text';
import { asDisplayName } from '../../../users/index.js';
import { nonsense } from './provider-http.js';
import type { ProviderAccount } from './provider.js';

const MAX_EMAIL = 254;
/** As in an address that someone signs up with: what mail servers reject, and what can't be seen. */
const UNUSABLE = /["\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** What a provider says of an account, in any form. */
interface Statement {
  readonly subject: unknown;
  readonly email: unknown;
  readonly emailVerified: boolean;
  readonly name: unknown;
  readonly locale?: unknown;
}

/**
 * What is usable of it. Anyone can call themselves anything at most providers.
 * @throws Problem `invalid-provider-response` without a usable subject
 */
export function accountFrom(statement: Statement): ProviderAccount {
  const { name, locale } = statement;
  const email = emailFrom(statement.email);
  return {
    subject: subjectFrom(statement.subject),
    email,
    emailVerified: email !== null && statement.emailVerified,
    displayName: typeof name === 'string' ? asDisplayName(name) : null,
    locale:
      typeof locale === 'string' && locale.length <= LOCALE_MAX_LENGTH && isLocale(locale) ? locale : null,
  };
}

/** OpenID Connect Core, section 2: at most 255 ASCII characters. Others use numbers. */
function subjectFrom(value: unknown): string {
  const subject = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof subject !== 'string' || !/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(subject)) {
    throw nonsense('the account has no valid ID');
  }
  return subject;
}

function emailFrom(value: unknown): string | null {
  return typeof value === 'string' &&
    value.length <= MAX_EMAIL &&
    !UNUSABLE.test(value) &&
    isEmail(value, { allow_utf8_local_part: true })
    ? value
    : null;
}
