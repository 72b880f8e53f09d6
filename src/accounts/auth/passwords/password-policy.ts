import { Injectable } from '@nestjs/common';
import { dictionary } from '@zxcvbn-ts/language-common';
import { canonicalEmail } from '../../users/index.js';
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

  /** @throws Problem `weak-password` */
  check(password: string, email: string): void {
    const lower = password.normalize('NFKC').toLowerCase();
    if (this.common.has(lower)) {
      throw weakPassword({
        detail: 'This password is too common. Choose another one.',
      });
    }
    const address = canonicalEmail(email);
    if (lower === address || lower === address.split('@', 1)[0]) {
      throw weakPassword({ detail: 'The password must not match the email address. Choose another one.' });
    }
  }
}
