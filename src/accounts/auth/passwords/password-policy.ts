import { Injectable } from '@nestjs/common';
import { dictionary } from '@zxcvbn-ts/language-common';
import { canonicalEmail } from '#libs/text';
import { BreachedPasswords } from './breached-passwords.js';
import { weakPassword } from './passwords.errors.js';

export const PASSWORD_MIN_LENGTH = 8;
export const PASSWORD_MAX_LENGTH = 256;

/**
 * Follows NIST SP 800-63B, section 5.1.1.2: no composition rules, but rejects the passwords that attackers try first.
 */
@Injectable()
export class PasswordPolicy {
  private readonly common: ReadonlySet<string> = new Set(
    dictionary['passwords-common'].filter((password) => password.length >= PASSWORD_MIN_LENGTH),
  );

  constructor(private readonly breached: BreachedPasswords) {}

  /** @param pointer which member of the input it is. @throws Problem `weak-password` */
  async check(password: string, email: string, pointer = '/password'): Promise<void> {
    const reason = reasonAgainst(password, email, this.common) ?? (await this.knownFromBreach(password));
    if (reason !== undefined) {
      const message = 'must be harder to guess';
      throw weakPassword({ detail: reason, errors: [{ pointer, code: weakPassword.code, message }] });
    }
  }

  private async knownFromBreach(password: string): Promise<string | undefined> {
    // Breaches have passwords as they were typed. Ours are hashed in one form, so another must not hide them.
    const forms = [...new Set([password, password.normalize('NFKC')])];
    const known = await Promise.all(forms.map((form) => this.breached.include(form)));
    return known.includes(true)
      ? 'This password has appeared in a data breach. Choose another one, and change it wherever else you use it.'
      : undefined;
  }
}

function reasonAgainst(password: string, email: string, common: ReadonlySet<string>): string | undefined {
  const canonical = password.normalize('NFKC');
  if ([...canonical].length < PASSWORD_MIN_LENGTH) {
    return `The password has fewer than ${PASSWORD_MIN_LENGTH} characters. Choose a longer one.`;
  }
  const lower = canonical.toLowerCase();
  if (common.has(lower)) {
    return 'This password is too common. Choose another one.';
  }
  const address = canonicalEmail(email);
  return lower === address || lower === address.split('@', 1)[0]
    ? 'The password must not match the email address. Choose another one.'
    : undefined;
}
