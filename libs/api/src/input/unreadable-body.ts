import type { Problem } from '#libs/problem';

/**
 * Stands for a body that could not be read, until a guard throws its problem: only then have the limits counted the
 * request, and is it known who may ask at all.
 */
export class UnreadableBody {
  constructor(readonly problem: Problem) {}
}
