export { callContext } from './call-context.js';
export { serviceDefinitionOf } from './definition.js';
export { GrpcController } from './grpc-controller.js';
export { dateOf, invalidField, requireText, requireUuid } from './input.js';
export { GrpcServer, isAddressInUse } from './server.js';
export { streamTo } from './stream-to.js';
