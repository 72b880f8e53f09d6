import { Injectable } from '@nestjs/common';
import { defineKeyedValue, hashToken, isCanonicalBase64Url, type Mac, MacFactory } from '#libs/crypto';

const DAY_MS = 24 * 60 * 60 * 1000;
const ID_BYTES = 16;
const GENERATION_BYTES = 4;
const HEAD_LENGTH = Math.ceil(((ID_BYTES + GENERATION_BYTES) * 4) / 3);
const MAC_LENGTH = 43;
const FORMAT = new RegExp(`^[A-Za-z0-9_-]{${HEAD_LENGTH + MAC_LENGTH}}$`);

/** What a session's refresh tokens are derived from. */
export interface TokenSource {
  readonly id: string;
  readonly seed: string;
}

/** What a presented token claims to be. Only trustworthy if `isGenuine` returns true. */
export interface PresentedToken {
  readonly sessionId: string;
  readonly generation: number;
  readonly text: string;
}

/**
 * Encodes refresh tokens: opaque to clients, but for us the session's ID, a generation and a keyed hash of both.
 * Because tokens are derived from the session, two tabs that refresh at the same time get the same new token. Because
 * each carries its hash, we can recognize an old token as genuine, and so as stolen, without storing a row for every
 * token ever issued.
 */
@Injectable()
export class RefreshTokenCodec {
  private readonly mac: Mac;

  constructor(macs: MacFactory) {
    this.mac = macs.for('refresh-token');
  }

  issue(source: TokenSource, generation: number): string {
    return headOf(source.id, generation) + this.mac.sign(messageOf(source, generation));
  }

  /** Recreates the token issued for this generation, whichever key of the ring signed it. */
  reissue(source: TokenSource, generation: number, storedHash: string): string | undefined {
    const head = headOf(source.id, generation);
    return this.mac
      .candidates(messageOf(source, generation))
      .map((mac) => head + mac)
      .find((token) => hashToken(token) === storedHash);
  }

  /** @returns undefined if the text can't be one of our refresh tokens */
  parse(text: string): PresentedToken | undefined {
    if (!FORMAT.test(text)) {
      return undefined;
    }
    const encodedHead = text.slice(0, HEAD_LENGTH);
    // The MAC is compared as text, so only the head could be spelled differently.
    if (!isCanonicalBase64Url(encodedHead)) {
      return undefined;
    }
    const head = Buffer.from(encodedHead, 'base64url');
    const hex = head.toString('hex');
    return {
      sessionId: [
        hex.slice(0, 8),
        hex.slice(8, 12),
        hex.slice(12, 16),
        hex.slice(16, 20),
        hex.slice(20, 32),
      ].join('-'),
      generation: head.readUInt32BE(ID_BYTES),
      text,
    };
  }

  isGenuine({ generation, text }: PresentedToken, source: TokenSource): boolean {
    return this.mac.verify(messageOf(source, generation), text.slice(HEAD_LENGTH));
  }
}

function headOf(sessionId: string, generation: number): string {
  const head = Buffer.alloc(ID_BYTES + GENERATION_BYTES);
  head.write(sessionId.replaceAll('-', ''), 'hex');
  head.writeUInt32BE(generation, ID_BYTES);
  return head.toString('base64url');
}

function messageOf({ id, seed }: TokenSource, generation: number): string {
  return `${id}.${generation}.${seed}`;
}

defineKeyedValue('former refresh tokens', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: 30 * DAY_MS,
  otherwise: 'one that is used again is refused, but no longer ends its session',
});
