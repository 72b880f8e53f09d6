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
export { requireRecentProof } from './recent-proof.js';
