export { type AfterCommit, allOf, Saga, type Step } from './saga.js';
export { SagaModule } from './saga.module.js';
export { sagaColumns } from './saga-row.js';
