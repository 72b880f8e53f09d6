import { Injectable } from '@nestjs/common';
import { invalidInput } from '#libs/problem';
import { AppConfig } from '../../../../config/index.js';

/** So that tokens fit into headers. With 16 of them, 4 KB. */
const MAX_BYTES = 256;

type Members = Readonly<Record<string, unknown>>;

/** The members of `appMetadata` that go into access tokens (`TOKEN_CLAIMS`). */
@Injectable()
export class TokenClaims {
  constructor(private readonly config: AppConfig) {}

  /** Leaves out what is too long, since it may be older than the setting. */
  select(appMetadata: Members): Members {
    return Object.fromEntries(this.chosen(appMetadata).filter(([, value]) => sizeOf(value) <= MAX_BYTES));
  }

  /** @throws Problem `invalid-input` if a value is too long for a token */
  requireFitting(appMetadata: Members): void {
    const tooLong = this.chosen(appMetadata).find(([, value]) => sizeOf(value) > MAX_BYTES);
    if (tooLong) {
      const message = `goes into access tokens, so it must be at most ${MAX_BYTES} bytes of JSON`;
      const pointer = `/appMetadata/${tooLong[0]}`;
      throw invalidInput({ errors: [{ pointer, code: 'too-large', message, maximum: MAX_BYTES }] });
    }
  }

  private chosen(appMetadata: Members): [name: string, value: unknown][] {
    return this.config.tokenClaims
      .filter((name) => Object.hasOwn(appMetadata, name))
      .map((name) => [name, appMetadata[name]]);
  }
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
