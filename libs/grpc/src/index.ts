export { callerOf } from './access.guard.js';
export { callContext } from './call-context.js';
export { serviceDefinitionOf } from './definition.js';
export { GrpcController } from './grpc-controller.js';
export { dateOf, invalidField, requireText, requireUuid } from './input.js';
export { GrpcPeer } from './peer.js';
export { GrpcServer, isAddressInUse } from './server.js';
export { ServiceCredentials } from './service-credentials.js';
export { streamTo } from './stream-to.js';
