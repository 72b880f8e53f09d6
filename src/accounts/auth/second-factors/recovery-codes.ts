import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { defineSealedColumn, hashToken, type Mac, MacFactory, Sealer } from '#libs/crypto';
import { replaceRecoveryCodes, useRecoveryCode } from './second-factors.repository.js';

const PURPOSE = 'recovery-code';
const COUNT = 10;
const LENGTH = 10;
/** No i, l, o, u: they are misread. 10 of 32 characters are 50 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Codes for users who have lost their other factors. Each works once. */
@Injectable()
export class RecoveryCodes {
  private readonly mac: Mac;

  constructor(
    private readonly sealer: Sealer,
    macs: MacFactory,
  ) {
    this.mac = macs.for(PURPOSE);
  }

  /** Replaces the user's codes. @returns the new ones, which we can't tell again */
  async replace(em: EntityManager, userId: string, createdAt: Date): Promise<string[]> {
    const codes = Array.from({ length: COUNT }, newCode);
    await replaceRecoveryCodes(
      em,
      userId,
      codes.map((code) => {
        const digest = digestOf(userId, code);
        return { codeHash: this.mac.sign(digest), sealed: this.sealer.seal(digest, contextOf(userId)) };
      }),
      createdAt,
    );
    return codes.map((code) => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`);
  }

  /** @returns whether it was one of the user's codes, which it isn't any more */
  use(em: EntityManager, userId: string, code: string): Promise<boolean> {
    const normal = code.toLowerCase().replace(/[\s-]/g, '');
    return useRecoveryCode(em, userId, [
      ...this.mac.candidates(digestOf(userId, normal)),
      // As an earlier release has stored it.
      ...this.mac.candidates(messageOf(userId, normal)),
    ]);
  }
}

function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function messageOf(userId: string, code: string): string {
  return `${userId}.${code}`;
}

/** What is stored of a code, sealed and hashed with keys. Not the code: nobody needs to read it. */
function digestOf(userId: string, code: string): string {
  return hashToken(messageOf(userId, code));
}

function contextOf(userId: string): string {
  return `recovery-code:${userId}`;
}

defineSealedColumn('accounts.recovery_codes.sealed', {
  primaryKey: { user_id: 'uuid', code_hash: 'text' },
  context: ({ user_id = '' }) => contextOf(user_id),
  hashes: { code_hash: { purpose: PURPOSE, of: (digest) => digest } },
});
