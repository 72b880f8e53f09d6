import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule, type Schema } from '#libs/database';
import { oncePer } from '#libs/lifecycle';
import { MessagingModule } from '#libs/messaging';
import { KEY_ROTATION, type KeyRotation } from './define-key-rotation.js';
import { keyRotationEntities } from './key-rotation.entity.js';
import { KeyRotations } from './key-rotations.js';
import { KeyUsage } from './key-usage.js';
import { Renewal } from './renewal.js';
import { RotationRows } from './rotation-rows.js';
import { UsageRows } from './usage-rows.js';

const moduleFor = oncePer((keys: KeyRotation) =>
  oncePer((schema: Schema): DynamicModule => ({
    module: KeyRotationModule,
    imports: [
      DatabaseModule.forFeature(schema, ...keyRotationEntities(schema.name)),
      MessagingModule.forSchema(schema),
    ],
    providers: [
      { provide: KEY_ROTATION, useValue: keys },
      { provide: RotationRows, useFactory: () => new RotationRows(schema.name) },
      { provide: UsageRows, useFactory: () => new UsageRows(schema.name) },
      KeyRotations,
      KeyUsage,
      Renewal,
    ],
    exports: [KEY_ROTATION, KeyRotations, KeyUsage, Renewal, RotationRows],
  })),
);

/** Begins rotations of the keys of a service, and counts what is under which key. */
@Module({})
export class KeyRotationModule {
  /** @param schema what the service owns */
  static forService(keys: KeyRotation, schema: Schema): DynamicModule {
    return moduleFor(keys)(schema);
  }
}
