import type { Problem } from '#libs/problem';

/**
 * Takes the place of a body that couldn't be parsed. A guard throws its problem later, once rate limits have counted
 * the request and the caller is authorized.
 */
export class UnreadableBody {
  constructor(readonly problem: Problem) {}
}
