import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Mac, MacFactory } from '#libs/crypto';
import { replaceRecoveryCodes, useRecoveryCode } from './second-factors.repository.js';

const COUNT = 10;
const LENGTH = 10;
/** No i, l, o, u: they are misread. 10 of 32 characters are 50 bits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Codes for users who have lost their other factors. Each works once. */
@Injectable()
export class RecoveryCodes {
  private readonly mac: Mac;

  constructor(macs: MacFactory) {
    this.mac = macs.for('recovery-code');
  }

  /** Replaces the user's codes. @returns the new ones, which we can't tell again */
  async replace(em: EntityManager, userId: string, createdAt: Date): Promise<string[]> {
    const codes = Array.from({ length: COUNT }, newCode);
    await replaceRecoveryCodes(
      em,
      userId,
      codes.map((code) => this.mac.sign(messageOf(userId, code))),
      createdAt,
    );
    return codes.map((code) => `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`);
  }

  /** @returns whether it was one of the user's codes, which it isn't any more */
  use(em: EntityManager, userId: string, code: string): Promise<boolean> {
    const normal = code.toLowerCase().replace(/[\s-]/g, '');
    return useRecoveryCode(em, userId, this.mac.candidates(messageOf(userId, normal)));
  }
}

function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

function messageOf(userId: string, code: string): string {
  return `${userId}.${code}`;
}
