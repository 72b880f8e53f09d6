export * from './common.problems.js';
export {
  allProblems,
  defineProblem,
  findProblem,
  type InvalidMember,
  type Occurrence,
  Problem,
  type ProblemDefinition,
  type ProblemFactory,
} from './problem.js';
