import { hkdfSync } from 'node:crypto';
import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { BlindIndex } from './blind-index.js';
import type { KeyRing } from './key-ring.js';
import { Mac } from './mac.js';
import { Sealer } from './sealer.js';

export interface CryptoOptions {
  readonly encryptionKeys: KeyRing;
  readonly blindIndexKeys: KeyRing;
}

/** The lists of keys themselves, for whoever replaces keys. */
export class KeyRings {
  constructor(
    readonly encryption: KeyRing,
    readonly blindIndex: KeyRing,
  ) {}
}

/** Creates a keyed hash for each purpose. A hash made for one purpose is invalid for any other. */
export class MacFactory {
  constructor(private readonly keys: KeyRing) {}

  /** Derives the keys with HKDF (RFC 5869), with `purpose` as info. */
  for(purpose: string): Mac {
    return new Mac(
      this.keys.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `gatehouse:${purpose}`, 32))),
    );
  }
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<CryptoOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

@Module({
  providers: [
    {
      provide: KeyRings,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ encryptionKeys, blindIndexKeys }: CryptoOptions) =>
        new KeyRings(encryptionKeys, blindIndexKeys),
    },
    {
      provide: Sealer,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ encryptionKeys }: CryptoOptions) => new Sealer(encryptionKeys),
    },
    {
      provide: BlindIndex,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ blindIndexKeys }: CryptoOptions) => new BlindIndex(blindIndexKeys),
    },
    {
      provide: MacFactory,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ encryptionKeys }: CryptoOptions) => new MacFactory(encryptionKeys),
    },
  ],
  exports: [KeyRings, Sealer, BlindIndex, MacFactory],
})
export class CryptoModule extends ConfigurableModuleClass {}
