import type { Clock } from '#libs/clock';
import { defineKeyedValue, type Mac, type MacFactory } from '#libs/crypto';

const SCHEME = 'Gatehouse';
/** How far the clocks of two processes may be apart, and how long someone who overheard a call can repeat it. */
const TOLERANCE_MS = 60_000;
const CREDENTIALS = new RegExp(`^${SCHEME} (\\d{13})\\.([\\w-]{43})$`);

/** Proves that a caller is one of our own processes: it has the same `ENCRYPTION_KEYS`. */
export class ServiceCredentials {
  private readonly mac: Mac;

  constructor(
    macs: MacFactory,
    private readonly clock: Clock,
  ) {
    this.mac = macs.for('grpc-service');
  }

  /** @returns a value for `authorization` */
  issue(): string {
    const time = String(this.clock.millis());
    return `${SCHEME} ${time}.${this.mac.sign(time)}`;
  }

  accepts(authorization: string): boolean {
    const [, time = '', mac = ''] = CREDENTIALS.exec(authorization) ?? [];
    const age = Math.abs(this.clock.millis() - Number(time));
    return time !== '' && age <= TOLERANCE_MS && this.mac.verify(time, mac);
  }
}

defineKeyedValue('credentials of our own processes', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: TOLERANCE_MS,
  otherwise: 'their calls over gRPC are refused',
});
