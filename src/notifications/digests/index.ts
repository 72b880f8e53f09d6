export { DigestCollector } from './digest-collector.js';
export { deleteDigestsOf, findClosedAmong } from './digest.repository.js';
export { DigestsModule } from './digests.module.js';
