import { hkdfSync } from 'node:crypto';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { BlindIndex } from './blind-index.js';
import type { KeyRing } from './key-ring.js';
import { Mac } from './mac.js';
import { Sealer } from './sealer.js';

export interface CryptoOptions {
  readonly encryptionKeys: KeyRing;
  readonly blindIndexKeys: KeyRing;
}

/** Hands out a keyed hash for each purpose, so that what one purpose signs is worth nothing to another. */
export class MacFactory {
  constructor(private readonly keys: KeyRing) {}

  /** The keys are derived by HKDF (RFC 5869) with `purpose` as info. */
  for(purpose: string): Mac {
    return new Mac(
      this.keys.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `gatehouse:${purpose}`, 32))),
    );
  }
}

const OPTIONS = Symbol('CryptoOptions');

@Module({})
export class CryptoModule {
  static forRootAsync(options: Pick<FactoryProvider<CryptoOptions>, 'inject' | 'useFactory'>): DynamicModule {
    const exported = [
      {
        provide: Sealer,
        inject: [OPTIONS],
        useFactory: (o: CryptoOptions) => new Sealer(o.encryptionKeys),
      },
      {
        provide: BlindIndex,
        inject: [OPTIONS],
        useFactory: (o: CryptoOptions) => new BlindIndex(o.blindIndexKeys),
      },
      {
        provide: MacFactory,
        inject: [OPTIONS],
        useFactory: (o: CryptoOptions) => new MacFactory(o.encryptionKeys),
      },
    ];
    return {
      module: CryptoModule,
      global: true,
      providers: [{ provide: OPTIONS, ...options }, ...exported],
      exports: exported.map(({ provide }) => provide),
    };
  }
}
