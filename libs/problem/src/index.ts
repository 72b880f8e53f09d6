export * from './common.problems.js';
export {
  allProblems,
  defineProblem,
  detailOf,
  type InvalidMember,
  Problem,
  type ProblemDefinition,
  type ProblemFactory,
} from './problem.js';
export { MAX_PROOF_AGE_SECONDS, requireRecentProof } from './recent-proof.js';
