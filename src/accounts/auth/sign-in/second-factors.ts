import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Proof } from './proof.js';

/** What is still missing for a session: the token that stands for the proof so far, and the factors that complete it. */
export interface Challenge {
  readonly mfaToken: string;
  readonly factors: readonly string[];
}

/** Decides whether a proof is enough. */
export abstract class SecondFactors {
  /** @returns null when the proof is enough for a session */
  abstract challenge(em: EntityManager, proof: Proof): Promise<Challenge | null>;
}

/** While there are no second factors, every proof is enough. */
@Injectable()
export class NoSecondFactors extends SecondFactors {
  override challenge(): Promise<null> {
    return Promise.resolve(null);
  }
}
