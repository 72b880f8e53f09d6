export { wasNotReached } from './failure-reason.js';
export { type OutboundAnswer, OutboundClient, type OutboundRequest } from './outbound-client.js';
export { OutboundModule } from './outbound.module.js';
export { checkOutboundUrl } from './outbound-url.js';
