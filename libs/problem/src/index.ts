export * from './common.problems.js';
export {
  allProblems,
  defineProblem,
  findProblem,
  type InvalidMember,
  Problem,
  type ProblemFactory,
} from './problem.js';
