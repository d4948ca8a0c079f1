// Public entry `switchgear/testing`: what tests need, ours and our users'.
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
