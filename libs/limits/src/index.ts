export { CallerSlots } from './caller-slots.js';
export { LimitGuard } from './limit.guard.js';
export { AuthLimited, HasOwnSlots, isLimited, NeedsNoSlot } from './limited.js';
export { LimitsModule } from './limits.module.js';
export { parseRate, RATE, RATE_MAX_LENGTH, type Rate } from './policies.js';
export { createSlots, releaseSlot, releaseSlots, SlotGuard } from './slot.guard.js';
