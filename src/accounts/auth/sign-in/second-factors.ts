import type { EntityManager } from '@mikro-orm/postgresql';
import type { Device } from '../sessions/session-issuer.js';
import type { Proof } from './proof.js';

/** What is needed to complete a sign-in: a token for the proof so far, and the second factors to choose from. */
export interface Challenge {
  readonly mfaToken: string;
  readonly factors: readonly string[];
}

/** Decides whether a proof is enough to sign in. */
export abstract class SecondFactors {
  /** @returns null if the proof is enough */
  abstract challenge(em: EntityManager, proof: Proof, device: Device): Promise<Challenge | null>;
}
