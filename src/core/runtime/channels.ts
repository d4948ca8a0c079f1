// Channels: Node's diagnostics channels, by which tracers follow a process whose code they don't touch. Where there are
// none (browsers, Node before 20.16), nobody can subscribe.
import type { EventName } from './events.ts'

interface Channel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

interface Diagnostics {
  channel(name: string): Channel
}

/** The outcome of each call. */
export const callChannel = channelOf('call')

/** Of events that are rare. */
export const EVENT_CHANNELS: Partial<Record<EventName, Channel>> = {
  transition: channelOf('transition'),
  restarted: channelOf('restarted'),
  escalated: channelOf('escalated'),
}

function channelOf(name: string): Channel {
  // Not imported, so that browsers can load this.
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Diagnostics | undefined } }
  const diagnostics = process?.getBuiltinModule?.('node:diagnostics_channel')
  return diagnostics?.channel(`switchgear:${name}`) ?? { hasSubscribers: false, publish() {} }
}
