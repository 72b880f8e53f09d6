export {
  BadNetwork,
  blocksAround,
  contains,
  type Network,
  networkOf,
  parseAddress,
  parseNetwork,
  textOf,
} from './network.js';
export { NetworkMap } from './network-map.js';
export { isPrivate } from './private.js';
export { subscriberOf } from './subscriber.js';
