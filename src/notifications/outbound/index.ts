export { type OutboundAnswer, OutboundClient } from './outbound-client.js';
export { OutboundModule } from './outbound.module.js';
export { checkOutboundUrl } from './outbound-url.js';
